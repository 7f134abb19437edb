import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it, vi } from 'vitest'
import { postAuthentication } from '../../src/post-auth/trigger.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { ensureProfile } from '../../src/rules/ensure-profile.ts'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoProfiles } from '../../src/shared/profiles/dynamo-profiles.ts'
import { profileKey } from '../../src/shared/profiles/profile-key.ts'
import type { ProfileStore } from '../../src/shared/profiles/profiles.ts'
import { memoryProfiles } from '../../src/testing/memory-profiles.ts'
import { tokenEvent } from '../pre-token/token-event.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { ann, passwordResetEvent, postAuthenticationEvent, postConfirmationEvent } from '../support/events.ts'
import { startTroubledService, type Trouble, troubles } from '../support/troubled-service.ts'

const noon = new Date('2026-05-01T12:00:00.000Z')
const now = () => noon
const { userPoolId, sub, userName, email } = ann
type Store = ProfileStore<'has' | 'create'>

/** Profiles in memory that collect the names of the calls. */
function createProfiles(): { readonly store: Store; readonly calls: string[]; readonly profiles: ReturnType<typeof memoryProfiles> } {
  const profiles = memoryProfiles()
  const calls: string[] = []
  const store: Store = {
    has: (...args) => {
      calls.push('has')
      return profiles.has(...args)
    },
    create: (...args) => {
      calls.push('create')
      return profiles.create(...args)
    },
  }
  return { store, calls, profiles }
}

/** Returns the trace entries of the rule at each trigger. */
const run = {
  confirmation: async (store: Store, event = postConfirmationEvent()) =>
    (await postConfirmation(ensureProfile(store, { now })).decide(event)).trace,
  signIn: async (store: Store) => (await postAuthentication(ensureProfile(store, { now })).decide(postAuthenticationEvent())).trace,
  tokens: async (store: Store, event = tokenEvent()) => (await preTokenGeneration(ensureProfile(store, { now })).decide(event)).trace,
}
const entry = (reason: string) => expect.arrayContaining([expect.objectContaining({ rule: 'ensure-profile', outcome: 'skip', reason })])

describe('ensureProfile', () => {
  it.each(['confirmation', 'signIn', 'tokens'] as const)('creates a missing profile once: %s', async (moment) => {
    const { store, profiles } = createProfiles()

    expect(await run[moment](store)).toEqual(entry('profile-created'))
    expect(await run[moment](store)).toEqual(entry('profile-exists'))

    const at = noon.toISOString()
    expect(profiles.rows).toEqual([
      { userPoolId, sub, userName, attributes: { email, email_verified: 'true' }, createdAt: at, updatedAt: at },
    ])
  })

  it('reads first only in a trigger that can refuse users', async () => {
    const { store, calls } = createProfiles()

    await run.confirmation(store)
    await run.signIn(store)
    expect(calls).toEqual(['create', 'create'])
    await run.tokens(store)
    expect(calls.slice(2)).toEqual(['has'])
  })

  it('creates a missing profile at a password reset, and for an unknown source', async () => {
    const { store } = createProfiles()
    expect(await run.confirmation(store, passwordResetEvent())).toEqual(entry('profile-created'))
    const other = postConfirmationEvent({ sub: 'other' }, { triggerSource: 'PostConfirmation_Telepathy' })
    expect(await run.confirmation(store, other)).toEqual(entry('profile-created'))
  })

  it('skips a machine, which has no sub', async () => {
    const { store, calls } = createProfiles()
    expect(await run.tokens(store, tokenEvent({ version: '3', request: {} }))).toEqual(entry('no-sub'))
    expect(calls).toEqual([])
  })

  it('stores the attributes of its store, and uses the process clock by default', async () => {
    const profiles = memoryProfiles({ attributes: ['cognito:user_status'] })
    const before = Date.now()
    await preTokenGeneration(ensureProfile(profiles)).decide(tokenEvent())
    expect(profiles.rows).toMatchObject([{ attributes: { 'cognito:user_status': 'CONFIRMED' } }])
    expect(Date.parse(profiles.rows[0]?.createdAt ?? '')).toBeGreaterThanOrEqual(before)
  })

  it.each<readonly [string, (profiles: ReturnType<typeof memoryProfiles>) => void]>([
    ['fails', (profiles) => profiles.failWith(new Error('down'))],
    ['hangs', (profiles) => profiles.hang()],
  ])('refuses no user while the store %s, unless failClosed is set', async (_, break_) => {
    const profiles = memoryProfiles()
    break_(profiles)
    const open = ensureProfile(profiles)
    const closed = ensureProfile(profiles, { failClosed: true })
    const settings = { deadlineMs: 150 }

    const decision = await preTokenGeneration(settings, open).decide(tokenEvent())
    expect(decision).toMatchObject({ kind: 'proceed' })
    expect(decision.trace).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'ensure-profile', outcome: 'error' })]))
    expect(await postConfirmation(settings, open).decide(postConfirmationEvent())).toMatchObject({ kind: 'proceed' })

    expect(await preTokenGeneration(settings, closed).decide(tokenEvent())).toMatchObject({ kind: 'failed', rule: 'ensure-profile' })
    expect(await postAuthentication(settings, closed).decide(postAuthenticationEvent())).toMatchObject({ kind: 'failed' })
  })

  it('leaves time for the next rule while the store hangs', async () => {
    const profiles = memoryProfiles()
    profiles.hang()
    const next = preTokenGeneration.rule('next', () => ({ kind: 'deny', reason: 'next-ran', message: 'Next' }))
    expect(await preTokenGeneration({ deadlineMs: 300 }, ensureProfile(profiles), next).decide(tokenEvent())).toMatchObject({
      kind: 'denied',
      reason: 'next-ran',
    })
  })

  it('declares the permissions to write and to read', () => {
    const store = dynamoProfiles({ documents: documentClient(), table: 'profiles' })
    const resource = 'PROFILE_TABLE'
    expect(ensureProfile(store).children).toMatchObject([
      {
        can: [],
        permissions: [
          { actions: ['dynamodb:UpdateItem'], resource },
          { actions: ['dynamodb:GetItem'], resource },
        ],
      },
    ])
    expect(ensureProfile(createProfiles().store).children?.[0]).not.toHaveProperty('permissions')
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no store', [], 'the store is undefined; expected an object with a method has'],
    ['a store without create', [{ has: () => true }], 'the store is an object; expected an object with a method create'],
    ['a text as failClosed', [memoryProfiles(), { failClosed: 'no' }], 'failClosed is a string; expected a boolean'],
    ['a misspelt option', [memoryProfiles(), { failClose: true }], "unknown option 'failClose'"],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(ensureProfile, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

describe('ensureProfile while DynamoDB is in trouble', { timeout: 60_000 }, () => {
  it.each(['never responds', 'responds with an internal error', 'throttles'] satisfies readonly Trouble[])(
    'issues tokens while DynamoDB %s',
    async (trouble) => {
      const service = await startTroubledService(troubles[trouble])
      stubEnvironment(endpointEnvironment({ dynamodb: service.endpoint }))
      try {
        const rule = ensureProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' }))
        const decision = await preTokenGeneration({ deadlineMs: 3000 }, rule).decide(tokenEvent())
        expect(decision).toMatchObject({ kind: 'proceed' })
        expect(decision.trace).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'ensure-profile', outcome: 'error' })]))
        expect(service.calls()).toBeGreaterThan(0)
      } finally {
        await service.stop()
        vi.unstubAllEnvs()
      }
    },
  )
})

onEveryDynamoDb((engine) => {
  it('creates one profile for concurrent events of three triggers', async () => {
    const pool = 'eu-west-1_Concurrent'
    const profiles = dynamoProfiles({ documents: () => engine.documents(), table: engine.tables.profiles })

    const traces = await Promise.all([
      run.confirmation(profiles, postConfirmationEvent(undefined, { userPoolId: pool })),
      run.confirmation(profiles, postConfirmationEvent(undefined, { userPoolId: pool })),
      run.tokens(profiles, tokenEvent({ userPoolId: pool })),
    ])

    expect(traces.flat().filter(({ rule, reason }) => rule === 'ensure-profile' && reason === 'profile-created')).toHaveLength(1)
    const Key = profileKey({ userPoolId: pool, sub })
    const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.profiles, Key, ConsistentRead: true }))
    expect(Item).toMatchObject({ userPoolId: pool, sub, attributes: { email } })
  })
})
