import { describe, expect, it } from 'vitest'
import { type PostConfirmation, postConfirmation } from '../../../src/post-confirmation/trigger.ts'
import { type ProfileUser, toProfileUser } from '../../../src/shared/profiles/profiles.ts'
import { done } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { ann, postConfirmationEvent } from '../../support/events.ts'

async function captureProfileUser(event: PostConfirmation['event'], attributes?: readonly string[]) {
  const seen: (ProfileUser | undefined)[] = []
  const rule = defineRule<PostConfirmation>('look', (ctx) => {
    seen.push(toProfileUser(ctx, attributes === undefined ? {} : { attributes }))
    return done()
  })
  await postConfirmation(rule).decide(event)
  return seen[0]
}

describe('toProfileUser', () => {
  it('returns the key, the user name and the requested attributes', async () => {
    const { userPoolId, sub, userName, email } = ann
    const kept = { email, email_verified: 'true' }
    expect(await captureProfileUser(postConfirmationEvent())).toEqual({ userPoolId, sub, userName, attributes: kept })
    expect(await captureProfileUser(postConfirmationEvent(), ['cognito:user_status', 'locale'])).toMatchObject({
      attributes: { 'cognito:user_status': 'CONFIRMED' },
    })
  })

  it('leaves out empty attributes', async () => {
    const event = postConfirmationEvent({ sub: ann.sub, email: '', name: 'Ann' })
    expect(await captureProfileUser(event)).toMatchObject({ attributes: { name: 'Ann' } })
    expect((await captureProfileUser(event))?.attributes).not.toHaveProperty('email')
  })

  it('returns undefined if the event has no sub or no pool', async () => {
    expect(await captureProfileUser(postConfirmationEvent({ email: ann.email }))).toBeUndefined()
    expect(await captureProfileUser(postConfirmationEvent({ sub: '' }))).toBeUndefined()
    expect(await captureProfileUser(postConfirmationEvent(undefined, { userPoolId: '' }))).toBeUndefined()
  })
})
