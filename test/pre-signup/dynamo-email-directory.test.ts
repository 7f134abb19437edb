import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it } from 'vitest'
import { denyDuplicateEmail, type EmailQuery } from '../../src/pre-signup/deny-duplicate-email.ts'
import { dynamoEmailDirectory } from '../../src/pre-signup/dynamo-email-directory.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { preSignUpEvent } from '../support/events.ts'

const { signal } = new AbortController()
const query = (email: string): EmailQuery => ({ userPoolId: 'eu-west-1_Example', email, key: email.toLowerCase() })

onEveryDynamoDb(({ documents, tables }) => {
  const table = `${tables.profiles}-emails`
  beforeAll(async () => {
    const client = documents()
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'mail'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          { IndexName: 'by-mail', KeySchema: [{ AttributeName: 'mail', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' } },
        ],
      }),
    )
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: table })
    await client.send(new PutCommand({ TableName: table, Item: { pk: 'ann@example.com', mail: 'bob@example.com' } }))
  })

  describe('dynamoEmailDirectory', () => {
    it('finds an address that is the partition key of the table', async () => {
      const directory = dynamoEmailDirectory({ documents, table, attribute: 'pk' })
      expect(await directory.isTaken(query('Ann@example.com'), signal)).toBe(true)
      expect(await directory.isTaken(query('bob@example.com'), signal)).toBe(false)
    })

    it('finds an address that is the partition key of an index', async () => {
      const directory = dynamoEmailDirectory({ documents, table, index: 'by-mail', attribute: 'mail' })
      expect(await directory.isTaken(query('bob@example.com'), signal)).toBe(true)
      expect(await directory.isTaken(query('ann@example.com'), signal)).toBe(false)
    })

    it('searches the key that toKey returns', async () => {
      const toKey = ({ userPoolId, key }: EmailQuery): string => `${userPoolId}#${key}`
      const directory = dynamoEmailDirectory({ documents, table, attribute: 'pk', toKey })
      await documents().send(new PutCommand({ TableName: table, Item: { pk: 'eu-west-1_Example#eve@example.com', mail: '-' } }))
      expect(await directory.isTaken(query('eve@example.com'), signal)).toBe(true)
      expect(await directory.isTaken(query('ann@example.com'), signal)).toBe(false)
    })

    it('throws if the table has no such key or does not exist, so that the rule refuses the user', async () => {
      for (const directory of [
        dynamoEmailDirectory({ documents, table }),
        dynamoEmailDirectory({ documents, table: 'none', attribute: 'pk' }),
      ]) {
        await expect(directory.isTaken(query('ann@example.com'), signal)).rejects.toThrow()
        const rule = denyDuplicateEmail(directory, { revealsExistence: true })
        expect(await preSignUp(rule).decide(preSignUpEvent())).toMatchObject({ kind: 'failed', rule: 'deny-duplicate-email' })
      }
    })

    it('ends the request when the signal aborts', async () => {
      const directory = dynamoEmailDirectory({ documents, table, attribute: 'pk' })
      await expect(directory.isTaken(query('ann@example.com'), AbortSignal.abort())).rejects.toHaveProperty('name', 'AbortError')
    })

    it('declares the permission for the table, or for the index', () => {
      const table = { actions: ['dynamodb:Query'], resource: 'EMAIL_TABLE' }
      expect(dynamoEmailDirectory({ documents, table: 't' }).permissions).toEqual([table])
      expect(dynamoEmailDirectory({ documents, table: 't', index: 'by-mail' }).permissions).toEqual([{ ...table, index: 'by-mail' }])
    })

    it('throws for an unknown option', () => {
      expect(() => Reflect.apply(dynamoEmailDirectory, undefined, [{ documents, table, key: 'pk' }])).toThrow("unknown option 'key'")
    })
  })
})
