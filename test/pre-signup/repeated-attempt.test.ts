import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { limitSignUps } from '../../src/pre-signup/limit-sign-ups.ts'
import { requireInvite } from '../../src/pre-signup/require-invite.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import { dynamoCanonicalEmails } from '../../src/shared/canonical/dynamo-canonical-emails.ts'
import { dynamoInviteWriter } from '../../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoInvites } from '../../src/shared/invites/dynamo-invites.ts'
import { dynamoCounter } from '../../src/shared/limits/dynamo-counter.ts'
import { dynamoSlidingCounter } from '../../src/shared/limits/dynamo-sliding-counter.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { preSignUpEvent } from '../support/events.ts'

/** Denies when it reserves, as `waitlist` does, if the app sends a mark. */
const denyMarked = preSignUp.rule('deny-marked', () => skip(), {
  can: ['deny'],
  commit: {
    reserve: ({ event }) => (event.request.clientMetadata?.mark === 'yes' ? deny('marked', 'Marked') : undefined),
    release: () => undefined,
  },
})

// Cognito may call pre sign-up for a user name that exists, before it refuses the name.
onEveryDynamoDb((engine) => {
  const options = { documents: () => engine.documents(), table: engine.tables.limits }
  const one = { max: 1, windowSeconds: 3600, per: 'client' } as const

  it.each<readonly [string, () => Rule<PreSignUp>]>([
    ['the use of a limit', () => limitSignUps({ ...one, per: () => 'all' }, dynamoCounter(options))],
    ['the use of a sliding limit', () => limitSignUps({ ...one, per: () => 'all' }, dynamoSlidingCounter(options))],
    ['an invitation', () => requireInvite(dynamoInvites(options))],
    ['a mailbox', () => uniqueCanonicalEmail(dynamoCanonicalEmails(options), { revealsExistence: true })],
  ])('a denied second attempt with the same user name does not release %s', async (_, makeRule) => {
    const userPoolId = `eu-west-1_${randomUUID().slice(0, 8)}`
    const invitation = randomUUID()
    await dynamoInviteWriter(options).create({ type: 'code', value: invitation })
    const handler = preSignUp({ write: () => undefined }, makeRule(), denyMarked)
    const signUp = async (userName: string, clientMetadata: Readonly<Record<string, string>> = {}): Promise<string> => {
      const event = preSignUpEvent({ email: 'ann+x@gmail.com' }, { userPoolId, userName })
      return (await handler.decide({ ...event, request: { ...event.request, clientMetadata: { invitation, ...clientMetadata } } })).kind
    }

    expect(await signUp('new', { mark: 'yes' })).toBe('denied')
    expect(await signUp('ann')).toBe('proceed')
    expect(await signUp('ann', { mark: 'yes' })).toBe('denied')

    expect(await signUp('eve')).toBe('denied')
    expect(await signUp('ann')).toBe('proceed')
  })
})
