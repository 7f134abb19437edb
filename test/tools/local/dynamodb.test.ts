import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DescribeTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDynamoDb } from '../../../src/tools/local/dynamodb.ts'
import type { LocalService } from '../../../src/tools/local/loopback.ts'
import { createTables } from '../../../src/tools/local/tables.ts'
import { hasJava, startDynamoDbLocal } from '../../support/dynamodb-local.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'

const engines = [
  { name: 'dynalite', start: startDynamoDb, missing: false },
  { name: "AWS's DynamoDB Local", start: startDynamoDbLocal, missing: !hasJava() },
]

describe.each(engines)('createTables on $name', ({ start, missing }) => {
  let service: LocalService
  beforeAll(async () => {
    if (!missing) service = await start()
  }, 90_000)
  afterAll(async () => service?.stop())

  it.skipIf(missing)('creates active tables with the key pk and on-demand billing', async () => {
    const client = dynamoDbClient(service.endpoint)
    await createTables(client, { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
    for (const TableName of ['blocks', 'profiles', 'effects']) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      expect(Table).toMatchObject({
        TableStatus: 'ACTIVE',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      })
    }
    client.destroy()
  })

  it.skipIf(missing)('creates an index of pending effects, sorted by due time', async () => {
    const client = dynamoDbClient(service.endpoint)
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'effects' }))
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([
      {
        IndexName: 'queue',
        IndexStatus: 'ACTIVE',
        KeySchema: [
          { AttributeName: 'queue', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ])
    client.destroy()
  })

  it.skipIf(missing)('creates tables that store items', async () => {
    const client = dynamoDbClient(service.endpoint)
    await client.send(new PutItemCommand({ TableName: 'blocks', Item: { pk: { S: 'sub#1' }, reason: { S: 'spam' } } }))
    const { Item } = await client.send(new GetItemCommand({ TableName: 'blocks', Key: { pk: { S: 'sub#1' } }, ConsistentRead: true }))
    expect(Item).toEqual({ pk: { S: 'sub#1' }, reason: { S: 'spam' } })
    client.destroy()
  })

  it.skipIf(missing)('throws if a table exists already', async () => {
    const client = dynamoDbClient(service.endpoint)
    await expect(
      createTables(client, { blocks: 'blocks', profiles: 'others', effects: 'effects', limits: 'limits' }),
    ).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    client.destroy()
  })
})

describe('startDynamoDb', () => {
  it('starts several instances with separate tables', async () => {
    const [one, two] = await Promise.all([startDynamoDb(), startDynamoDb()])
    const names = { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }
    const clients = [dynamoDbClient(one.endpoint), dynamoDbClient(two.endpoint)]
    await Promise.all(clients.map((client) => createTables(client, names)))
    // Keeps the clients' connections open, because stop must also close open connections.
    await Promise.all([one.stop(), two.stop()])
    for (const client of clients) client.destroy()
    expect(one.endpoint).not.toBe(two.endpoint)
  })

  it('keeps running when a client disconnects in the middle of a request', async () => {
    const service = await startDynamoDb()
    const { port, hostname } = new URL(service.endpoint)
    const socket = connect(Number(port), hostname)
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n{"Table')
    // Waits for a second response, so the server has read the incomplete request before its client disconnects.
    expect((await fetch(service.endpoint)).status).toBe(200)
    socket.resetAndDestroy()
    await once(socket, 'close')
    expect((await fetch(service.endpoint)).status).toBe(200)
    await service.stop()
  })

  it('allows stop to be called several times', async () => {
    const service = await startDynamoDb()
    await Promise.all([service.stop(), service.stop()])
    await service.stop()
    await expect(fetch(service.endpoint)).rejects.toThrow()
  })

  it('names the package to install if dynalite is missing, with `lazy` in the answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lifeguard-no-peers-'))
    try {
      for (const room of ['tools/lib', 'tools/local', 'shared/rules'])
        await cp(new URL(`../../../src/${room}/`, import.meta.url), join(folder, room), { recursive: true })
      await writeFile(join(folder, 'package.json'), '{"type":"module"}')
      const program = `
        const { startDynamoDb } = await import('./tools/local/dynamodb.ts')
        const thrown = await startDynamoDb().catch((error) => error)
        const service = await startDynamoDb({ lazy: true })
        const answer = await (await fetch(service.endpoint, { method: 'POST', body: '{}' })).json()
        console.log(thrown.name + ': ' + answer.message, service.problem().message === thrown.message)
        await service.stop()`
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })
      expect(stdout).toBe(
        "MissingPeerError: The package 'dynalite' is not installed. It is needed to run an embedded DynamoDB. Install it with: npm install --save-dev dynalite true\n",
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
