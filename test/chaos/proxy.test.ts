import { randomUUID } from 'node:crypto'
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as dialects from '../../chaos/dialects.ts'
import type { Injection } from '../../chaos/faults.ts'
import { type FaultProxy, startFaultProxy } from '../../chaos/proxy.ts'
import { requestHandler } from '../../src/shared/aws/client-settings.ts'
import { startDynamoDb } from '../../src/tools/local/dynamodb.ts'
import type { LocalService } from '../../src/tools/local/loopback.ts'
import type { LocalSes } from '../../src/tools/local/ses/local-ses.ts'
import { startSes } from '../../src/tools/local/ses/server.ts'
import { createTables } from '../../src/tools/local/tables.ts'
import { dynamoDbClient } from '../support/local-clients.ts'

interface Expected {
  /** The error that each SDK client throws. Undefined if the call succeeds. */
  readonly dynamodb: string | undefined
  readonly ses: string | undefined
  readonly acted: boolean
  readonly answered: 'whole' | 'half' | 'none'
}

const injection = (fault: Injection['fault'], half: Injection['half'] = 'cut'): Injection => ({ fault, delayMs: 50, half })

const cases: readonly (readonly [string, Injection, Expected])[] = [
  ['a late response', injection('latency'), { dynamodb: undefined, ses: undefined, acted: true, answered: 'whole' }],
  ['no response', injection('hang'), { dynamodb: 'TimeoutError', ses: 'TimeoutError', acted: false, answered: 'none' }],
  // The SDK reports a reset connection as a timeout too.
  ['a reset connection', injection('reset'), { dynamodb: 'TimeoutError', ses: 'TimeoutError', acted: false, answered: 'none' }],
  [
    'an internal error',
    injection('status500'),
    { dynamodb: 'InternalServerError', ses: 'InternalFailure', acted: false, answered: 'whole' },
  ],
  [
    'a throttling error',
    injection('throttling'),
    { dynamodb: 'ProvisionedThroughputExceededException', ses: 'Throttling', acted: false, answered: 'whole' },
  ],
  ['a lost response', injection('dropResponse'), { dynamodb: 'TimeoutError', ses: 'TimeoutError', acted: true, answered: 'none' }],
  ['half a response', injection('halfResponse'), { dynamodb: 'Error', ses: 'Error', acted: true, answered: 'half' }],
  [
    'half a response without an end',
    injection('halfResponse', 'stalled'),
    { dynamodb: 'TimeoutError', ses: 'TimeoutError', acted: true, answered: 'half' },
  ],
  [
    'half a response that claims to be complete',
    injection('halfResponse', 'passed-off-as-whole'),
    { dynamodb: 'SyntaxError', ses: 'Error', acted: true, answered: 'half' },
  ],
]

describe('startFaultProxy', () => {
  const tables = { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const settings = { region: 'us-east-1', credentials, maxAttempts: 1, requestHandler }
  let engine: LocalService
  let inbox: LocalSes
  let direct: DynamoDBClient

  beforeAll(async () => {
    ;[engine, inbox] = await Promise.all([startDynamoDb(), startSes()])
    direct = dynamoDbClient(engine.endpoint)
    await createTables(direct, tables)
  })
  afterAll(async () => {
    direct.destroy()
    await Promise.all([engine.stop(), inbox.stop()])
  })

  const update = (pk: string): UpdateItemCommand =>
    new UpdateItemCommand({
      TableName: tables.profiles,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET filled = :filled',
      ExpressionAttributeValues: { ':filled': { S: 'yes' } },
      ReturnValues: 'ALL_NEW',
    })
  const mail = (to: string): SendEmailCommand =>
    new SendEmailCommand({
      Source: 'welcome@example.com',
      Destination: { ToAddresses: [to] },
      Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
    })
  const captureError = (call: Promise<unknown>): Promise<string | undefined> =>
    call.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    )
  const withProxy = async (proxy: FaultProxy, use: () => Promise<void>): Promise<void> => {
    try {
      await use()
    } finally {
      await proxy.stop()
    }
  }

  it.each(cases)('gives the DynamoDB client %s, and records whether DynamoDB executed the call', async (_, injected, expected) => {
    const proxy = await startFaultProxy({ target: engine.endpoint, dialect: dialects.dynamoDb, plan: () => injected })
    await withProxy(proxy, async () => {
      const client = new DynamoDBClient({ ...settings, endpoint: proxy.endpoint })
      const pk = randomUUID()
      expect(await captureError(client.send(update(pk)))).toBe(expected.dynamodb)
      const { Item } = await direct.send(new GetItemCommand({ TableName: tables.profiles, Key: { pk: { S: pk } } }))
      expect(Item !== undefined).toBe(expected.acted)
      const { fault, answered, action, about, status } = { ...proxy.log()[0] }
      expect({ fault, answered, action, about }).toEqual({
        fault: injected.fault,
        answered: expected.answered,
        action: 'UpdateItem',
        about: `profiles ${pk}`,
      })
      expect(status).toBe(expected.acted ? 200 : undefined)
      client.destroy()
    })
  })

  it.each(cases)('gives the SES client %s, and records whether SES accepted the email', async (_, injected, expected) => {
    const proxy = await startFaultProxy({ target: inbox.endpoint, dialect: dialects.ses, plan: () => injected })
    await withProxy(proxy, async () => {
      const client = new SESClient({ ...settings, endpoint: proxy.endpoint })
      const to = `${randomUUID()}@example.com`
      expect(await captureError(client.send(mail(to)))).toBe(expected.ses)
      expect(inbox.inbox().filter((received) => received.to.includes(to))).toHaveLength(expected.acted ? 1 : 0)
      expect(proxy.log()).toMatchObject([{ fault: injected.fault, answered: expected.answered, action: 'SendEmail', about: to }])
      client.destroy()
    })
  })

  it('forwards a call unchanged when the plan has no fault for it', async () => {
    const proxy = await startFaultProxy({ target: engine.endpoint, dialect: dialects.dynamoDb, plan: () => undefined })
    await withProxy(proxy, async () => {
      const client = new DynamoDBClient({ ...settings, endpoint: proxy.endpoint })
      const pk = randomUUID()
      expect((await client.send(update(pk))).Attributes).toEqual({ pk: { S: pk }, filled: { S: 'yes' } })
      const refused = new UpdateItemCommand({ ...update(pk).input, ConditionExpression: 'attribute_not_exists(pk)' })
      expect(await captureError(client.send(refused))).toBe('ConditionalCheckFailedException')
      expect(proxy.log().map(({ status, answered }) => [status, answered])).toEqual([
        [200, 'whole'],
        [400, 'whole'],
      ])
      client.destroy()
    })
  })

  it('counts a retry as a repetition of the same call', async () => {
    const seen: (readonly [string, number])[] = []
    const plan = (call: string, occurrence: number): Injection | undefined => {
      seen.push([call, occurrence])
      return occurrence === 0 ? injection('reset') : undefined
    }
    const proxy = await startFaultProxy({ target: engine.endpoint, dialect: dialects.dynamoDb, plan })
    await withProxy(proxy, async () => {
      const client = new DynamoDBClient({ ...settings, endpoint: proxy.endpoint, maxAttempts: 2 })
      const pk = randomUUID()
      expect(await captureError(client.send(update(pk)))).toBeUndefined()
      expect(seen).toEqual([
        [`UpdateItem profiles ${pk}`, 0],
        [`UpdateItem profiles ${pk}`, 1],
      ])
      client.destroy()
    })
  })

  it('records that a caller disconnected before the response', async () => {
    const plan = (): Injection => ({ fault: 'latency', delayMs: 300, half: 'cut' })
    const proxy = await startFaultProxy({ target: inbox.endpoint, dialect: dialects.ses, plan })
    await withProxy(proxy, async () => {
      const client = new SESClient({ ...settings, endpoint: proxy.endpoint })
      const leaving = new AbortController()
      const to = `${randomUUID()}@example.com`
      const sending = client.send(mail(to), { abortSignal: leaving.signal })
      await expect.poll(() => proxy.log()[0]?.status).toBe(200)
      leaving.abort()
      expect(await captureError(sending)).toBe('AbortError')
      await expect.poll(() => proxy.log()[0]?.answered).toBe('left')
      client.destroy()
    })
  })
})
