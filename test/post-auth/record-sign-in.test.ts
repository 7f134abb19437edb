import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { type RecordSignInOptions, recordSignIn } from '../../src/post-auth/record-sign-in.ts'
import { type PostAuthentication, postAuthentication } from '../../src/post-auth/trigger.ts'
import type { PendingEffect } from '../../src/shared/ledger/effect-item.ts'
import { dynamoProfiles } from '../../src/shared/profiles/dynamo-profiles.ts'
import { profileKey } from '../../src/shared/profiles/profile-key.ts'
import type { ProfileStore, ProfileUser, SignIn } from '../../src/shared/profiles/profiles.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { ann, postAuthenticationEvent } from '../support/events.ts'

const noon = '2026-05-01T12:00:00.000Z'
const now = () => new Date(noon)

type Store = ProfileStore<'signedIn' | 'markEffectsEnqueued'>

/** A profile store that collects the recorded sign-ins. */
function memory(): Store & { readonly recorded: { readonly user: ProfileUser; readonly signIn: SignIn }[] } {
  const recorded: { readonly user: ProfileUser; readonly signIn: SignIn }[] = []
  let effectsEnqueued = false
  return {
    recorded,
    async signedIn(user, signIn) {
      recorded.push({ user, signIn })
      return { counted: true, effectsEnqueued }
    },
    async markEffectsEnqueued() {
      effectsEnqueued = true
    },
  }
}

const runForTrace = async (
  profiles: Store,
  event: PostAuthentication['event'] = postAuthenticationEvent(),
  options: RecordSignInOptions = {},
) => {
  const decision = await postAuthentication(recordSignIn(profiles, { now, ...options })).decide(event)
  expect(decision.kind).toBe('proceed')
  return decision.trace[0]
}

describe('recordSignIn', () => {
  it('records the user, the time and the app client', async () => {
    const profiles = memory()
    expect(await runForTrace(profiles)).toMatchObject({ rule: 'record-sign-in', outcome: 'done' })
    const { userPoolId, sub, userName, email } = ann
    expect(profiles.recorded).toEqual([
      {
        user: { userPoolId, sub, userName, attributes: { email, email_verified: 'true' } },
        signIn: { at: now(), appClient: '1example23456789', notAgainWithinMs: 15_000 },
      },
    ])
  })

  it('uses the attributes of its store and the interval from its options', async () => {
    const profiles = { ...memory(), attributes: ['cognito:user_status'] }
    await runForTrace(profiles, postAuthenticationEvent(), { notAgainWithinMs: 60_000 })
    expect(profiles.recorded).toMatchObject([
      { user: { attributes: { 'cognito:user_status': 'CONFIRMED' } }, signIn: { notAgainWithinMs: 60_000 } },
    ])
  })

  it('uses the process clock by default', async () => {
    const profiles = memory()
    const before = Date.now()
    await postAuthentication(recordSignIn(profiles)).decide(postAuthenticationEvent())
    expect(profiles.recorded[0]?.signIn.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  it.each([
    { what: 'no sub', event: postAuthenticationEvent({ email: ann.email }) },
    { what: 'an empty sub', event: postAuthenticationEvent({ sub: '' }) },
    { what: 'no pool', event: postAuthenticationEvent(undefined, { userPoolId: '' }) },
  ])('skips an event with $what', async ({ event }) => {
    const profiles = memory()
    expect(await runForTrace(profiles, event)).toMatchObject({ outcome: 'skip', reason: 'no-sub' })
    expect(profiles.recorded).toEqual([])
  })

  it('records null if the event has no app client', async () => {
    const profiles = memory()
    await runForTrace(profiles, postAuthenticationEvent(undefined, { callerContext: { awsSdkVersion: 'x', clientId: null } }))
    expect(profiles.recorded).toMatchObject([{ signIn: { appClient: null } }])
  })

  it('lets the sign-in continue if the store fails', async () => {
    const profiles = { ...memory(), signedIn: () => Promise.reject(new Error('no table')) }
    expect(await runForTrace(profiles)).toMatchObject({ outcome: 'error' })
    const event = postAuthenticationEvent()
    expect(await postAuthentication({ write: () => undefined, logLevel: 'silent' }, recordSignIn(profiles))(event)).toEqual(event)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 0.5])('throws if the option `notAgainWithinMs` is %d', (notAgainWithinMs) => {
    expect(() => recordSignIn(memory(), { notAgainWithinMs })).toThrow(
      `notAgainWithinMs is ${notAgainWithinMs}; expected a whole number of milliseconds`,
    )
  })

  it('declares the IAM permissions of its store and its ledger', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(recordSignIn({ ...memory(), permissions })).toMatchObject({ can: ['done'], permissions })
    expect(recordSignIn(memory())).toMatchObject({ permissions: [] })
    const pendingEffects = { ledger: { enqueue: async () => true, permissions: [{ actions: ['x:Z'], resource: 'Y' }] }, effects: [] }
    expect(recordSignIn({ ...memory(), permissions }, { pendingEffects }).permissions).toEqual([
      ...permissions,
      ...pendingEffects.ledger.permissions,
    ])
  })
})

describe('recordSignIn with pending effects', () => {
  const createdSince = new Date('2026-01-01T00:00:00.000Z')
  const effects = [{ effect: 'send-welcome-email', delivery: 'at-most-once', createdSince }] as const
  /** A ledger that collects the enqueued effects. It first calls `trouble`, which may reject. */
  function memoryLedger(trouble: () => Promise<void> = async () => undefined) {
    const enqueued: PendingEffect[] = []
    return {
      enqueued,
      pendingEffects: {
        ledger: {
          async enqueue(effect: PendingEffect) {
            await trouble()
            enqueued.push(effect)
            return true
          },
        },
        effects,
      },
    }
  }

  it('enqueues the pending effects at the first sign-in, and not again at the second', async () => {
    const profiles = memory()
    const { enqueued, pendingEffects } = memoryLedger()
    for (let time = 0; time < 2; time += 1)
      expect(await runForTrace(profiles, undefined, { pendingEffects })).toMatchObject({ outcome: 'done' })
    const { userPoolId, sub } = ann
    expect(enqueued).toEqual([{ userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-most-once', createdSince }])
    expect(profiles.recorded).toHaveLength(2)
  })

  it('lets the sign-in continue if the ledger fails, and enqueues the effects at the next sign-in', async () => {
    const profiles = memory()
    const troubles = [() => Promise.reject(new Error('down'))]
    const { enqueued, pendingEffects } = memoryLedger(async () => troubles.shift()?.())
    expect(await runForTrace(profiles, undefined, { pendingEffects })).toMatchObject({ outcome: 'error' })
    expect(enqueued).toEqual([])
    expect(await runForTrace(profiles, undefined, { pendingEffects })).toMatchObject({ outcome: 'done' })
    expect(enqueued).toHaveLength(1)
  })

  it('enqueues the effects at a later sign-in if they were not configured at the first', async () => {
    const profiles = memory()
    await runForTrace(profiles)
    const { enqueued, pendingEffects } = memoryLedger()
    await runForTrace(profiles, undefined, { pendingEffects })
    expect(enqueued).toHaveLength(1)
  })
})

onEveryDynamoDb((engine) => {
  let pools = 0
  const profiles = dynamoProfiles({
    documents: () => engine.documents(),
    get table() {
      return engine.tables.profiles
    },
  })
  /** Returns two functions for a new pool: one handles a sign-in, the other reads the user's profile. */
  function pool() {
    const userPoolId = `eu-west-1_Pool${++pools}`
    return {
      async signIn(at: string, attributes: Record<string, string> = { sub: ann.sub, email: ann.email }) {
        const handler = postAuthentication(recordSignIn(profiles, { now: () => new Date(at) }))
        const decision = await handler.decide(postAuthenticationEvent(attributes, { userPoolId }))
        expect(decision.trace[0]?.outcome).toBe('done')
      },
      async profile() {
        const Key = profileKey({ userPoolId, sub: ann.sub })
        const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.profiles, Key, ConsistentRead: true }))
        return Item
      },
    }
  }

  it('creates the profile of a user who never reached post confirmation', async () => {
    const { signIn, profile } = pool()
    await signIn(noon)
    expect(await profile()).toMatchObject({
      sub: ann.sub,
      userName: 'ann',
      attributes: { email: ann.email },
      createdAt: noon,
      lastSignInAt: noon,
      lastAppClient: '1example23456789',
      signInCount: 1,
    })
  })

  it('does not count a sign-in within 15 s of a counted sign-in, but stores its changed attributes', async () => {
    const { signIn, profile } = pool()
    await signIn(noon, { sub: ann.sub, email: ann.email, name: 'Ann' })
    await signIn('2026-05-01T12:00:05.000Z', { sub: ann.sub, email: 'anna@example.com' })
    expect(await profile()).toMatchObject({ signInCount: 1, lastSignInAt: '2026-05-01T12:00:05.000Z' })
    expect((await profile())?.attributes).toEqual({ email: 'anna@example.com' })
    await signIn('2026-05-01T12:00:15.000Z')
    expect(await profile()).toMatchObject({ signInCount: 2, createdAt: noon })
  })

  it('counts two concurrent deliveries of one event once', async () => {
    const { signIn, profile } = pool()
    await Promise.all([signIn(noon), signIn(noon)])
    expect(await profile()).toMatchObject({ signInCount: 1 })
  })
})
