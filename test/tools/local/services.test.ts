import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { startServices } from '../../../src/tools/local/services.ts'
import type { TableDefinition } from '../../../src/tools/local/tables.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'

const names = { blocks: 'some-blocks', profiles: 'some-profiles', effects: 'some-effects', limits: 'some-limits' }

describe('startServices', () => {
  it('returns an environment that connects default SDK clients to the services', async () => {
    const services = await startServices(names)
    try {
      const program = `
        import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
        import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses'
        const { BLOCK_TABLE, PROFILE_TABLE } = process.env
        for (const TableName of [BLOCK_TABLE, PROFILE_TABLE]) await new DynamoDBClient().send(new DescribeTableCommand({ TableName }))
        const Message = { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hello' } } }
        await new SESClient().send(new SendEmailCommand({ Source: 'a@example.com', Destination: { ToAddresses: ['b@example.com'] }, Message }))
        process.exit()`
      // Sets this variable as a user's shell may do. It makes the SDK ignore endpoints, so services.environment must override it.
      const env = { PATH: process.env.PATH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', ...services.environment }
      await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
      expect(services.ses.inbox().map(({ subject }) => subject)).toEqual(['Hello'])
      expect(services.environment).toMatchObject({ BLOCK_TABLE: 'some-blocks', PROFILE_TABLE: 'some-profiles', AWS_REGION: 'us-east-1' })
    } finally {
      await services.stop()
    }
  })

  it('stops both services', async () => {
    const services = await startServices(names)
    const client = dynamoDbClient(services.dynamodb.endpoint)
    await client.send(new DescribeTableCommand({ TableName: 'some-blocks' }))
    await services.stop()
    await expect(fetch(services.dynamodb.endpoint)).rejects.toThrow()
    await expect(fetch(services.ses.endpoint)).rejects.toThrow()
    client.destroy()
  })

  it('stops the services when a table cannot be created', async () => {
    const servers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
    const before = servers()
    await expect(startServices({ blocks: 'same', profiles: 'same', effects: 'effects', limits: 'limits' })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    await expect.poll(servers).toBe(before)
  })

  it('with `lazy`, answers every request with the error if a table cannot be created', async () => {
    const services = await startServices({ blocks: 'same', profiles: 'same', effects: 'effects', limits: 'limits' }, { lazy: true })
    const client = dynamoDbClient(services.dynamodb.endpoint)
    const describing = client.send(new DescribeTableCommand({ TableName: 'same' }))
    await expect(describing).rejects.toMatchObject({ name: 'LocalDynamoDbError' })
    expect(services.dynamodb.problem()).toMatchObject({ name: 'ResourceInUseException' })
    await services.stop()
    client.destroy()
  })

  it('creates the tables of a template with their keys and indexes, and the tables of the handlers that the template lacks', async () => {
    const tables: readonly TableDefinition[] = [
      {
        name: 'orders',
        keySchema: [
          { AttributeName: 'customer', KeyType: 'HASH' },
          { AttributeName: 'number', KeyType: 'RANGE' },
        ],
        attributeDefinitions: [
          { AttributeName: 'customer', AttributeType: 'S' },
          { AttributeName: 'number', AttributeType: 'N' },
          { AttributeName: 'state', AttributeType: 'S' },
        ],
        globalSecondaryIndexes: [
          { IndexName: 'by-state', KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' } },
        ],
        localSecondaryIndexes: [
          {
            IndexName: 'by-customer-state',
            KeySchema: [
              { AttributeName: 'customer', KeyType: 'HASH' },
              { AttributeName: 'state', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      {
        name: 'some-profiles',
        keySchema: [{ AttributeName: 'user', KeyType: 'HASH' }],
        attributeDefinitions: [{ AttributeName: 'user', AttributeType: 'S' }],
      },
    ]
    const services = await startServices(names, { tables })
    const client = dynamoDbClient(services.dynamodb.endpoint)
    const describeTable = async (TableName: string): Promise<unknown> => (await client.send(new DescribeTableCommand({ TableName }))).Table

    expect(await describeTable('orders')).toMatchObject({
      KeySchema: tables[0]?.keySchema,
      GlobalSecondaryIndexes: [{ IndexName: 'by-state', Projection: { ProjectionType: 'KEYS_ONLY' } }],
      LocalSecondaryIndexes: [{ IndexName: 'by-customer-state' }],
    })
    expect(await describeTable('some-profiles')).toMatchObject({ KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }] })
    expect(await describeTable('some-blocks')).toMatchObject({ KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] })
    await services.stop()
    client.destroy()
  })

  it('names the table of a template that DynamoDB rejects', async () => {
    const table = { name: 'orders', keySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }], attributeDefinitions: [] }
    await expect(startServices(names, { tables: [table] })).rejects.toThrow(/^The table orders: /)
  })

  it('with `lazy`, loads the engine of DynamoDB only at the first request', async () => {
    const services = await startServices(names, { lazy: true })
    expect(await services.dynamodb.engine()).toBeUndefined()
    await fetch(services.dynamodb.endpoint)
    expect(await services.dynamodb.engine()).toMatch(/^http:/)
    await services.stop()
  })
})
