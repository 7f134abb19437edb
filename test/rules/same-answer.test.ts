import { randomUUID } from 'node:crypto'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { limitSignUps } from '../../src/pre-signup/limit-sign-ups.ts'
import { requireInvite } from '../../src/pre-signup/require-invite.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import { waitlist } from '../../src/pre-signup/waitlist.ts'
import { blockUsers } from '../../src/rules/block-users.ts'
import type { Documents } from '../../src/shared/aws/dynamodb.ts'
import type { BlockKey } from '../../src/shared/blocks/block-list.ts'
import { dynamoBlockList, dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { dynamoCanonicalEmails } from '../../src/shared/canonical/dynamo-canonical-emails.ts'
import { parseEmailAddress } from '../../src/shared/email/address.ts'
import { dynamoInviteWriter } from '../../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoInvites } from '../../src/shared/invites/dynamo-invites.ts'
import { dynamoCounter } from '../../src/shared/limits/dynamo-counter.ts'
import type { Decision } from '../../src/shared/rules/decision.ts'
import type { Trigger } from '../../src/shared/rules/trigger.ts'
import { dynamoWaitlist } from '../../src/shared/waitlist/dynamo-waitlist.ts'
import { dynamoWaitlistWriter } from '../../src/shared/waitlist/dynamo-waitlist-writer.ts'
import { ann, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'
import { dynamoDbClient } from '../support/local-clients.ts'
import { useServices } from '../support/use-services.ts'

// The same number and kind of requests take the same time. The benchmark measures it.

const services = useServices()
const calls: string[] = []
let documents: Documents
let close: () => void

beforeEach(() => {
  const client = dynamoDbClient(services().dynamodb.endpoint)
  const recording = DynamoDBDocumentClient.from(client)
  recording.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        calls.push(String(commandName).replace('Command', ''))
        return next(args)
      },
    // After the retries, so that each attempt counts.
    { step: 'finalizeRequest', priority: 'low' },
  )
  documents = () => recording
  close = () => client.destroy()
})
afterEach(() => close())

/** Runs a handler, and returns what a caller can notice: the answer and the requests. */
async function observe(decide: () => Promise<Decision<Trigger>>) {
  calls.length = 0
  const decision = await decide()
  const answer = decision.kind === 'denied' ? { kind: decision.kind, message: decision.message } : { kind: decision.kind }
  return { ...answer, calls: [...calls] }
}

/** Returns the sign-up of a new user, in a pool of one test. */
function signUp(userPoolId: string, email: string, invitation: string | null = null) {
  const request = { userAttributes: { email }, validationData: null, clientMetadata: invitation === null ? null : { invitation } }
  return preSignUpEvent({ email }, { userPoolId, userName: randomUUID(), request })
}

describe('the answer for known and unknown users', () => {
  it('is the same from requireInvite, for an unknown, a used and an expired code', async () => {
    const pool = `eu-west-1_${randomUUID()}`
    const table = { documents, table: 'limits' }
    await dynamoInviteWriter(table).create({ type: 'code', value: `${pool}-used` })
    await dynamoInviteWriter(table).create({ type: 'code', value: `${pool}-old`, until: new Date(0) })
    const handler = preSignUp(requireInvite(dynamoInvites(table)))
    const decide = (code: string) => observe(() => handler.decide(signUp(pool, 'ann@example.com', code)))
    expect(await decide(`${pool}-used`)).toMatchObject({ kind: 'proceed' })

    const denied = { kind: 'denied', message: 'You need a valid invitation to sign up', calls: ['GetItem'] }
    for (const code of ['used', 'old', 'unknown']) expect(await decide(`${pool}-${code}`)).toEqual(denied)
  })

  it('is the same from requireInvite by address, for an address that was never invited and one that has signed up', async () => {
    const pool = `eu-west-1_${randomUUID()}`
    const table = { documents, table: 'limits' }
    const email = `ann@${randomUUID()}.example`
    await dynamoInviteWriter(table).create({ type: 'email', value: email })
    const handler = preSignUp(requireInvite(dynamoInvites(table), { from: 'email' }))
    const decide = (address: string) => observe(() => handler.decide(signUp(pool, address)))
    expect(await decide(email)).toMatchObject({ kind: 'proceed' })

    const denied = { kind: 'denied', message: 'You need a valid invitation to sign up', calls: ['GetItem'] }
    expect(await decide(email)).toEqual(denied)
    expect(await decide('eve@example.com')).toEqual(denied)
  })

  it('is the same from blockUsers, for each kind of block and for an unknown user', async () => {
    const block = (key: Pick<BlockKey, 'type' | 'value'>, userPoolId: string) =>
      dynamoBlockWriter({ documents, table: 'blocks' }).block({ ...key, userPoolId, reason: 'abuse' })
    const handler = preAuthentication(blockUsers(dynamoBlockList({ documents, table: 'blocks' })))
    const known = (userPoolId: string) => observe(() => handler.decide(preAuthenticationEvent(undefined, { userPoolId })))
    const unknown = (userPoolId: string) =>
      observe(() =>
        handler.decide(
          preAuthenticationEvent({}, { userPoolId, request: { userAttributes: {}, validationData: null, userNotFound: true } }),
        ),
      )
    const free = `eu-west-1_${randomUUID()}`
    const admitted = { kind: 'proceed', calls: ['BatchGetItem'] }
    expect(await known(free)).toEqual(admitted)
    expect(await unknown(free)).toEqual(admitted)

    const denied = { kind: 'denied', message: 'Sign-in is not possible at the moment', calls: ['BatchGetItem'] }
    const keys = [
      { type: 'sub', value: ann.sub },
      { type: 'email', value: ann.email },
      { type: 'emailDomain', value: 'example.com' },
      { type: 'username', value: ann.userName },
    ] as const
    for (const key of keys) {
      const pool = `eu-west-1_${randomUUID()}`
      await block(key, pool)
      expect(await known(pool)).toEqual(denied)
      // Only a block by user name matches a user who does not exist.
      expect(await unknown(pool)).toEqual(key.type === 'username' ? denied : admitted)
    }
  })

  it('needs the same single write from uniqueCanonicalEmail, for a free, a reserved and a kept mailbox', async () => {
    const userPoolId = `eu-west-1_${randomUUID()}`
    const emails = dynamoCanonicalEmails({ documents, table: 'limits' })
    const address = parseEmailAddress('bob@example.com')
    if (address === undefined) throw new Error('The address is invalid')
    await emails.keep({ userPoolId, userName: 'bob', address }, new AbortController().signal)
    const handler = preSignUp(uniqueCanonicalEmail(emails, { revealsExistence: true }))
    const decide = (email: string) => observe(() => handler.decide(signUp(userPoolId, email)))

    expect(await decide('ann@example.com')).toEqual({ kind: 'proceed', calls: ['UpdateItem'] })
    const denied = { kind: 'denied', message: 'This email address cannot be used to sign up', calls: ['UpdateItem'] }
    for (const email of ['ann@example.com', 'bob@example.com', 'Bob@Example.com']) expect(await decide(email)).toEqual(denied)
  })

  it('is the same from waitlist, for a new address and one that is on the list', async () => {
    const userPoolId = `eu-west-1_${randomUUID()}`
    const table = { documents, table: 'limits' }
    const handler = preSignUp(waitlist(dynamoWaitlist(table)))
    const decide = (email: string) => observe(() => handler.decide(signUp(userPoolId, email)))

    const message = 'Thank you! You are on the waiting list, and cannot sign up yet'
    for (const email of ['ann@example.com', 'ann@example.com', 'bob@example.com'])
      expect(await decide(email)).toEqual({ kind: 'denied', message, calls: ['UpdateItem'] })
    await dynamoWaitlistWriter(table).admit({ userPoolId, email: 'ann@example.com' })
    expect(await decide('ann@example.com')).toEqual({ kind: 'proceed', calls: ['UpdateItem'] })
  })

  it('is the same from limitSignUps, for a user who signs up for the first time and one who did before', async () => {
    const userPoolId = `eu-west-1_${randomUUID()}`
    const counter = dynamoCounter({ documents, table: 'limits', now: () => new Date(0) })
    const handler = preSignUp(limitSignUps({ max: 1, windowSeconds: 60, per: 'domain' }, counter))
    const decide = (email: string) => observe(() => handler.decide(signUp(userPoolId, email)))

    expect(await decide('ann@example.com')).toEqual({ kind: 'proceed', calls: ['UpdateItem'] })
    const message = 'There are too many sign-ups at the moment, please try again later'
    for (const email of ['ann@example.com', 'new@example.com'])
      expect(await decide(email)).toEqual({ kind: 'denied', message, calls: ['UpdateItem'] })
  })
})
