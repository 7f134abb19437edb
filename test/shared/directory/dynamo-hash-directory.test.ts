import crypto from 'node:crypto'
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { reserveLegacyUsers } from '../../../src/pre-signup/reserve-legacy-users.ts'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { dynamoHashDirectory } from '../../../src/shared/directory/dynamo-hash-directory.ts'
import { migrateUsers } from '../../../src/user-migration/migrate-users.ts'
import { userMigration } from '../../../src/user-migration/trigger.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { preSignUpEvent } from '../../support/events.ts'
import { migrationEvent } from '../../user-migration/migration-event.ts'

const { signal } = new AbortController()
const SALT = Buffer.alloc(16, 7)
const PASSWORD = 'Legacy-horse-7'
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
const passwordHash = `$scrypt$ln=1,r=1,p=1$${base64(SALT)}$${base64(crypto.scryptSync(PASSWORD, SALT, 32, { N: 2, r: 1, p: 1 }))}`
const hash = 'scrypt:ln=1,r=1,p=1'
const mary = { email: 'mary@example.com', email_verified: true, 'custom:plan': 'gold', visits: 3 }

onEveryDynamoDb(({ documents, tables }) => {
  const table = `${tables.profiles}-legacy`
  beforeAll(async () => {
    const client = documents()
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'userName', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'userName', KeyType: 'HASH' }],
      }),
    )
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: table })
    for (const item of [
      { userName: 'mary@example.com', passwordHash, ...mary },
      { userName: 'nohash@example.com', email: 'nohash@example.com' },
      { userName: 'broken@example.com', passwordHash: 'plain-text', email: 'broken@example.com' },
    ])
      await client.send(new PutCommand({ TableName: table, Item: item }))
  })

  describe('dynamoHashDirectory', () => {
    it('finds a user with the right password, and returns the attributes without the hash', async () => {
      const directory = dynamoHashDirectory({ documents, table, hash })
      const found = await directory.checkPassword({ userName: ' Mary@Example.com'.trim(), password: PASSWORD }, signal)
      expect(found).toEqual({ attributes: { userName: 'mary@example.com', ...mary } })
      expect(await directory.findUser('MARY@example.com', signal)).toEqual(found)
    })

    it.each([
      ['mary@example.com', 'wrong-password'],
      ['nohash@example.com', 'wrong-password'],
      ['nobody@example.com', 'unknown-user'],
    ])('computes one hash with the same parameters for %s and a wrong password', async (userName, result) => {
      const scrypt = vi.spyOn(crypto, 'scrypt')
      const directory = dynamoHashDirectory({ documents, table, hash })
      expect(await directory.checkPassword({ userName, password: 'guess' }, signal)).toBe(result)
      expect(scrypt.mock.calls.map(([password, , length, options]) => ({ password, length, ...options }))).toEqual([
        { password: 'guess', length: 32, N: 2, r: 1, p: 1, maxmem: expect.any(Number) },
      ])
      scrypt.mockRestore()
    })

    it('reads another key and another attribute, and the key that toKey returns', async () => {
      await documents().send(new PutCommand({ TableName: table, Item: { userName: 'pool#eve', secret: passwordHash, name: 'Eve' } }))
      const directory = dynamoHashDirectory({
        documents,
        table,
        hash,
        key: 'userName',
        hashAttribute: 'secret',
        toKey: (name) => `pool#${name}`,
      })
      const found = await directory.checkPassword({ userName: 'eve', password: PASSWORD }, signal)
      expect(found).toEqual({ attributes: { userName: 'pool#eve', name: 'Eve' } })
    })

    it('throws for an unreadable hash, a missing table and an aborted request', async () => {
      const directory = dynamoHashDirectory({ documents, table, hash })
      await expect(directory.checkPassword({ userName: 'broken@example.com', password: 'x' }, signal)).rejects.toMatchObject({
        code: 'hash-not-supported',
      })
      await expect(dynamoHashDirectory({ documents, table: 'none', hash }).findUser('mary', signal)).rejects.toThrow()
      await expect(directory.findUser('mary', AbortSignal.abort())).rejects.toHaveProperty('name', 'AbortError')
    })

    it('declares its permission and its cost, and is ready if no package is needed', async () => {
      const directory = dynamoHashDirectory({ documents, table, hash })
      expect(directory).toMatchObject({ hash, permissions: [{ actions: ['dynamodb:GetItem'], resource: 'LEGACY_TABLE' }] })
      expect(await directory.ready()).toBeUndefined()
    })

    it('throws for an unknown option and an invalid cost', () => {
      expect(() => Reflect.apply(dynamoHashDirectory, undefined, [{ documents, table, hash, index: 'x' }])).toThrow(
        "unknown option 'index'",
      )
      expect(() => dynamoHashDirectory({ documents, table, hash: 'md5' })).toThrow('dynamoHashDirectory(): hash: unknown algorithm')
    })
  })

  it('migrates and reserves the same users', async () => {
    const directory = dynamoHashDirectory({ documents, table, hash })
    const { request } = migrationEvent()
    const event = migrationEvent({ userName: 'mary@example.com', request: { ...request, password: PASSWORD } })
    expect(await userMigration(migrateUsers(directory)).decide(event)).toMatchObject({
      kind: 'proceed',
      answer: { attributes: { email: 'mary@example.com', email_verified: 'true', 'custom:plan': 'gold' }, status: 'CONFIRMED' },
    })
    const reserve = preSignUp(reserveLegacyUsers(directory, { revealsExistence: true }))
    expect(await reserve.decide(preSignUpEvent({ email: 'Mary@example.com' }))).toMatchObject({ kind: 'denied', reason: 'legacy-user' })
    expect(await reserve.decide(preSignUpEvent({ email: 'new@example.com' }))).toMatchObject({ kind: 'proceed' })
  })
})
