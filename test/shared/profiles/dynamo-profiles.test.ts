import { randomUUID } from 'node:crypto'
import { CreateTableCommand, type KeySchemaElement, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DynamoProfilesOptions, dynamoProfiles } from '../../../src/shared/profiles/dynamo-profiles.ts'
import { profileKey } from '../../../src/shared/profiles/profile-key.ts'
import type { ProfileUser, SignIn } from '../../../src/shared/profiles/profiles.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()
let users = 0
const newUser = (attributes: Record<string, string> = { email: 'ann@example.com' }): ProfileUser => ({
  userPoolId: 'eu-west-1_Example',
  sub: `sub-${++users}`,
  userName: 'ann',
  attributes,
})

const noon = '2026-05-01T12:00:00.000Z'
const noonPlus = (ms: number) => new Date(Date.parse(noon) + ms)
const signIn = (ms: number, appClient: string | null = 'web'): SignIn => ({ at: noonPlus(ms), appClient, notAgainWithinMs: 15_000 })

onEveryDynamoDb((engine) => {
  const profiles = dynamoProfiles({
    documents: () => engine.documents(),
    get table() {
      return engine.tables.profiles
    },
  })
  const stored = async (user: ProfileUser) => {
    const key = profileKey(user)
    const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.profiles, Key: key, ConsistentRead: true }))
    return Item
  }
  const common = (user: ProfileUser) => ({
    pk: `eu-west-1_Example#${user.sub}`,
    userPoolId: 'eu-west-1_Example',
    sub: user.sub,
    userName: 'ann',
    attributes: { email: 'ann@example.com' },
    createdAt: noon,
    updatedAt: noon,
  })

  it('creates the profile of a confirmed user', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual({ ...common(user), confirmedAt: noon })
  })

  it('keeps the creation and confirmation time when the event is repeated', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    await profiles.confirmed(user, noonPlus(5000), signal)
    expect(await stored(user)).toEqual({ ...common(user), confirmedAt: noon, updatedAt: noonPlus(5000).toISOString() })
  })

  it('records a password reset, and creates a missing profile', async () => {
    const user = newUser()
    await profiles.passwordReset(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual({ ...common(user), passwordResetAt: noon })
    await profiles.confirmed(user, noonPlus(1000), signal)
    expect(await stored(user)).toMatchObject({ createdAt: noon, confirmedAt: noonPlus(1000).toISOString(), passwordResetAt: noon })
  })

  it('stores the user data for an event of an unknown trigger source', async () => {
    const user = newUser()
    await profiles.refreshed(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual(common(user))
  })

  it('records the first sign-in of a user without a profile', async () => {
    const user = newUser()
    expect(await profiles.signedIn(user, signIn(0), signal)).toEqual({ counted: true, effectsEnqueued: false })
    expect(await stored(user)).toEqual({
      ...common(user),
      signInCount: 1,
      lastSignInAt: noon,
      lastCountedAt: noon,
      lastAppClient: 'web',
    })
  })

  it('counts the first sign-in of a confirmed user', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(await profiles.signedIn(user, signIn(1000), signal)).toEqual({ counted: true, effectsEnqueued: false })
    expect(await stored(user)).toMatchObject({ confirmedAt: noon, createdAt: noon, signInCount: 1 })
  })

  it('does not count a repeated sign-in, but stores the changed attributes', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0), signal)
    const renamed = { ...user, userName: 'anna', attributes: { email: 'anna@example.com' } }
    expect(await profiles.signedIn(renamed, signIn(14_999, 'phone'), signal)).toEqual({ counted: false, effectsEnqueued: false })
    expect(await stored(user)).toMatchObject({
      userName: 'anna',
      attributes: { email: 'anna@example.com' },
      signInCount: 1,
      lastSignInAt: noonPlus(14_999).toISOString(),
      lastCountedAt: noon,
      lastAppClient: 'phone',
    })
  })

  it('measures `notAgainWithinMs` from the last counted sign-in, so that frequent sign-ins are counted too', async () => {
    const user = newUser()
    const counted: boolean[] = []
    for (const ms of [0, 10_000, 15_000, 25_000, 30_000]) counted.push((await profiles.signedIn(user, signIn(ms), signal)).counted)
    expect(counted).toEqual([true, false, true, false, true])
    expect(await stored(user)).toMatchObject({ signInCount: 3 })
  })

  it('counts every sign-in if `notAgainWithinMs` is 0', async () => {
    const user = newUser()
    for (const ms of [0, 0, 1]) await profiles.signedIn(user, { ...signIn(ms), notAgainWithinMs: 0 }, signal)
    expect(await stored(user)).toMatchObject({ signInCount: 3 })
  })

  it('stores null for a sign-in without an app client', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0, null), signal)
    expect(await stored(user)).toMatchObject({ lastAppClient: null })
  })

  it('removes attributes that the user no longer has', async () => {
    const user = newUser({ email: 'ann@example.com', name: 'Ann' })
    await profiles.confirmed(user, noonPlus(0), signal)
    await profiles.signedIn({ ...user, attributes: {} }, signIn(0), signal)
    expect((await stored(user))?.attributes).toEqual({})
  })

  it('counts concurrent repeats of one event once', async () => {
    const user = newUser()
    const results = await Promise.all([0, 0, 1, 2].map((ms) => profiles.signedIn(user, signIn(ms), signal)))
    expect(results.filter(({ counted }) => counted)).toHaveLength(1)
    expect(await stored(user)).toMatchObject({ signInCount: 1 })
  })

  it('returns at every sign-in whether the pending effects were enqueued before', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0), signal)
    await profiles.markEffectsEnqueued(user, noonPlus(0), signal)
    expect(await stored(user)).toMatchObject({ effectsEnqueuedAt: noon, signInCount: 1 })
    expect(await profiles.signedIn(user, signIn(1), signal)).toEqual({ counted: false, effectsEnqueued: true })
    expect(await profiles.signedIn(user, signIn(60_000), signal)).toEqual({ counted: true, effectsEnqueued: true })
  })

  it('does not recreate a deleted profile when it marks the effects as enqueued', async () => {
    const user = newUser()
    await profiles.markEffectsEnqueued(user, noonPlus(0), signal)
    expect(await stored(user)).toBeUndefined()
  })

  it('keeps separate profiles for equal subs in different pools', async () => {
    const [one, other] = [newUser(), { ...newUser(), userPoolId: 'eu-west-1_Another' }]
    await profiles.confirmed(one, noonPlus(0), signal)
    await profiles.confirmed({ ...other, sub: one.sub }, noonPlus(1000), signal)
    expect(await stored(one)).toMatchObject({ userPoolId: 'eu-west-1_Example', createdAt: noon })
    await engine.documents().send(new DeleteCommand({ TableName: engine.tables.profiles, Key: profileKey(one) }))
    expect(await stored({ ...other, sub: one.sub })).toMatchObject({ userPoolId: 'eu-west-1_Another' })
  })

  describe('with keys of the application', () => {
    const key = ({ sub }: Pick<ProfileUser, 'sub'>) => ({ PK: `USER#${sub}`, SK: 'PROFILE' })
    const table = `app-${randomUUID()}`
    const bySub = `by-sub-${randomUUID()}`
    const read = async (TableName: string, Key: Record<string, string>) =>
      (await engine.documents().send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item

    beforeAll(async () => {
      await createTable(table, { PK: 'HASH', SK: 'RANGE' })
      await createTable(bySub, { sub: 'HASH' })
    })

    async function createTable(TableName: string, keys: Record<string, KeySchemaElement['KeyType']>): Promise<void> {
      const names = Object.keys(keys)
      await engine.documents().send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: names.map((AttributeName) => ({ AttributeName, KeyType: keys[AttributeName] })),
        }),
      )
      await waitUntilTableExists({ client: engine.documents(), maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName })
    }

    it('writes the profile into an item of a single-table design, and keeps its other attributes', async () => {
      const own = dynamoProfiles({ documents: () => engine.documents(), table, key })
      const user = newUser()
      await engine.documents().send(new PutCommand({ TableName: table, Item: { ...key(user), plan: 'pro' } }))
      await own.confirmed(user, noonPlus(0), signal)
      expect(await own.signedIn(user, signIn(0), signal)).toEqual({ counted: true, effectsEnqueued: false })
      expect(await own.signedIn(user, signIn(1), signal)).toEqual({ counted: false, effectsEnqueued: false })
      await own.markEffectsEnqueued(user, noonPlus(2), signal)
      expect((await own.signedIn(user, signIn(3), signal)).effectsEnqueued).toBe(true)
      const { pk: _, ...fields } = common(user)
      expect(await read(table, key(user))).toMatchObject({ ...fields, updatedAt: noonPlus(3).toISOString(), plan: 'pro', signInCount: 1 })
    })

    it('does not mark the effects as enqueued on an item without a profile', async () => {
      const own = dynamoProfiles({ documents: () => engine.documents(), table, key })
      const user = newUser()
      await own.markEffectsEnqueued(user, noonPlus(0), signal)
      expect(await read(table, key(user))).toBeUndefined()
    })

    it('writes into a table whose partition key is an attribute of the profile', async () => {
      const own = dynamoProfiles({ documents: () => engine.documents(), table: bySub, key: ({ sub }) => ({ sub }) })
      const user = newUser()
      await own.confirmed(user, noonPlus(0), signal)
      const { pk: _, ...fields } = common(user)
      expect(await read(bySub, { sub: user.sub })).toEqual({ ...fields, confirmedAt: noon })
    })
  })

  it('rejects if the table does not exist or the signal aborts', async () => {
    const lost = dynamoProfiles({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(lost.confirmed(newUser(), noonPlus(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(lost.signedIn(newUser(), signIn(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(lost.markEffectsEnqueued(newUser(), noonPlus(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(profiles.passwordReset(newUser(), noonPlus(0), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('dynamoProfiles', () => {
  const documents = () => {
    throw new Error('made')
  }
  const make = (options: object) => () => dynamoProfiles({ documents, table: 'profiles', ...options })

  it('declares its IAM permissions', () => {
    expect(make({})().permissions).toEqual([{ actions: ['dynamodb:UpdateItem'], resource: 'PROFILE_TABLE' }])
  })

  it('declares its attributes, which the rules store', () => {
    expect(make({ attributes: ['email', 'custom:plan'] })().attributes).toEqual(['email', 'custom:plan'])
    expect(make({})()).not.toHaveProperty('attributes')
  })

  it.each<{ options: Partial<Record<keyof DynamoProfilesOptions | 'keys', unknown>>; message: string }>([
    { options: { keys: () => ({}) }, message: "unknown option 'keys'" },
    { options: { attributes: 'email' }, message: 'attributes is a string; expected an array of attribute names' },
    { options: { attributes: ['email', 1] }, message: 'attributes is an array with another value' },
    { options: { key: 'pk' }, message: 'key is a string; expected a function' },
    { options: { key: async () => ({ pk: 'a' }) }, message: 'key returns a value other than one or two strings by name' },
    { options: { key: () => null }, message: 'key returns a value other than' },
    { options: { key: () => ({ pk: '' }) }, message: 'key returns a value other than' },
    { options: { key: () => ({ a: 'a', b: 'b', c: 'c' }) }, message: 'key returns a value other than' },
    { options: { key: () => ({ pk: 'USER' }) }, message: 'key returns the same key for two users' },
    {
      options: { key: ({ sub }: ProfileUser) => ({ sub, createdAt: 'x' }) },
      message: "the attribute 'createdAt', which the profile changes",
    },
  ])('throws a TypeError when it is made: $message', ({ options, message }) => {
    expect(make(options)).toThrow(TypeError)
    expect(make(options)).toThrow(message)
  })
})
