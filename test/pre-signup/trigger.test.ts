import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import { autoConfirm, byAdministrator, byIdentityProvider, type PreSignUp, preSignUp } from '../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../src/rules/index.ts'
import { denyIf } from '../../src/shared/rules/combinators.ts'
import { respond } from '../../src/shared/rules/outcome.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { lambdaContext } from '../support/lambda-context.ts'

const quiet = { write: () => undefined }
const rules = [allowEmailDomains('example.com'), autoConfirm()] as const

describe('preSignUp', () => {
  it('returns the whole event with the answers of the rules in its response', async () => {
    const event = { ...preSignUpEvent(), added: { by: 'Cognito' } }
    expect(await preSignUp(quiet, ...rules)(event)).toEqual({
      ...event,
      response: { autoConfirmUser: true, autoVerifyEmail: false, autoVerifyPhone: false },
    })
  })

  it('merges the answers of all rules; a later value of a field wins', async () => {
    const both = preSignUp.rule('both', () => respond({ autoConfirmUser: true, autoVerifyEmail: true }))
    const later = preSignUp.rule('later', () => respond({ autoConfirmUser: false }))
    const { response } = await preSignUp(quiet, both, later)(preSignUpEvent())
    expect(response).toEqual({ autoConfirmUser: false, autoVerifyEmail: true, autoVerifyPhone: false })
  })

  it('throws the message of a denial', async () => {
    const event = preSignUpEvent({ email: 'eve@evil.com' })
    await expect(preSignUp(quiet, ...rules)(event)).rejects.toThrow(/^This email address cannot be used to sign up$/)
  })

  it('makes a handler of the trigger PreSignUp', () => {
    expect(preSignUp(...rules).trigger).toBe('PreSignUp')
  })
})

describe('preSignUp.middleware', () => {
  const handler = middy((event: object) => event).use(preSignUp.middleware(...rules))

  it('puts the answer into the event of a middy handler', async () => {
    expect(await handler(preSignUpEvent(), lambdaContext)).toMatchObject({ response: { autoConfirmUser: true } })
  })

  it('throws the message of a denial', async () => {
    await expect(handler(preSignUpEvent({}), lambdaContext)).rejects.toThrow('This email address cannot be used to sign up')
  })
})

const listHolding = async (event: PreSignUp['event']) => {
  const conditions = { byAdministrator, byIdentityProvider }
  const held: string[] = []
  for (const [name, condition] of Object.entries(conditions)) {
    const decision = await preSignUp(denyIf(condition, 'held', 'It holds')).decide(event)
    if (decision.kind === 'denied') held.push(name)
  }
  return held
}

describe('byAdministrator and byIdentityProvider', () => {
  it.each([
    { source: 'a self-service sign-up', event: preSignUpEvent(), held: [] },
    { source: 'an administrator', event: adminCreatedEvent(), held: ['byAdministrator'] },
    { source: 'an identity provider', event: federatedEvent(), held: ['byIdentityProvider'] },
    { source: 'an unknown trigger source', event: preSignUpEvent({}, { triggerSource: 'PreSignUp_Telepathy' }), held: [] },
  ])('each condition holds only for its own trigger source: $source', async ({ event, held }) => {
    expect(await listHolding(event)).toEqual(held)
  })
})
