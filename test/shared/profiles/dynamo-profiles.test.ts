import { randomUUID } from 'node:crypto'
import { CreateTableCommand, type KeySchemaElement, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it } from 'vitest'
import { dynamoProfileReader } from '../../../src/shared/profiles/dynamo-profile-reader.ts'
import { type DynamoProfilesOptions, dynamoProfiles } from '../../../src/shared/profiles/dynamo-profiles.ts'
import { profileKey } from '../../../src/shared/profiles/profile-key.ts'
import type { ProfileUser } from '../../../src/shared/profiles/profiles.ts'
import { describeProfiles, newProfile, newUser, noon, noonPlus, signIn } from '../../support/contracts/profiles.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()

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
    const { pk, ...row } = Item ?? {}
    if (Item !== undefined) expect(pk).toBe(`${user.userPoolId}#${user.sub}`)
    return Item && row
  }

  describeProfiles({ profiles, stored })

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
      const fields = newProfile(user)
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
      const fields = newProfile(user)
      expect(await read(bySub, { sub: user.sub })).toEqual({ ...fields, confirmedAt: noon })
    })
  })

  it('dynamoProfileReader reads the profile that the store wrote, with the fields of the application', async () => {
    const reader = dynamoProfileReader({ documents: () => engine.documents(), table: engine.tables.profiles })
    const user = newUser()
    expect(await reader.find(user, signal)).toBeUndefined()
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(await reader.find(user, signal)).toMatchObject({ ...newProfile(user), confirmedAt: noon })
    await expect(reader.find(user, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('rejects if the table does not exist or the signal aborts', async () => {
    const lost = dynamoProfiles({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(lost.confirmed(newUser(), noonPlus(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(lost.signedIn(newUser(), signIn(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(lost.markEffectsEnqueued(newUser(), noonPlus(0), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(profiles.passwordReset(newUser(), noonPlus(0), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('dynamoProfileReader', () => {
  const documents = () => {
    throw new Error('made')
  }

  it('declares its IAM permissions', () => {
    const { permissions } = dynamoProfileReader({ documents, table: 'profiles' })
    expect(permissions).toEqual([{ actions: ['dynamodb:GetItem'], resource: 'PROFILE_TABLE' }])
  })

  it('throws if all users would share a profile, or an option is unknown', () => {
    const make = (options: object) => () => dynamoProfileReader({ documents, table: 'profiles', ...options })
    expect(make({ key: () => ({ pk: 'USER' }) })).toThrow('dynamoProfileReader(): key returns the same key for two users')
    expect(make({ keys: 1 })).toThrow("dynamoProfileReader(): unknown option 'keys'")
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
