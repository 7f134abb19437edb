import { randomUUID } from 'node:crypto'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { dynamoCounter } from '../../../src/shared/limits/dynamo-counter.ts'
import { describeCounter, describeFixedCounter } from '../../support/contracts/counter.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { startLossyProxy } from '../../support/lossy-proxy.ts'
import { runs } from '../../support/runs.ts'

const { signal } = new AbortController()
const hourly = (max: number) => ({ max, windowSeconds: 3600 })

afterEach(() => {
  vi.unstubAllEnvs()
})

onEveryDynamoDb((engine) => {
  const create = (now: () => Date = () => new Date()) =>
    dynamoCounter({ documents: () => engine.documents(), table: engine.tables.limits, now })

  describeCounter(create)
  describeFixedCounter(create)

  it.each([5, 60, 501])('counts exactly %i of many parallel uses', async (max) => {
    const counter = create(() => new Date(0))
    const key = randomUUID()
    const counted = await Promise.all(Array.from({ length: Math.max(runs(100), max + 20) }, () => counter.count(key, hourly(max), signal)))
    expect(counted.filter(Boolean)).toHaveLength(max)
  })

  it('counts one use once, although DynamoDB counted it and the response was lost', async () => {
    const key = randomUUID()
    const operations: string[] = []
    const proxy = await startLossyProxy(engine.endpoint(), 1, (operation) => operations.push(operation))
    stubEnvironment(endpointEnvironment({ dynamodb: proxy.endpoint }))
    try {
      const now = () => new Date(0)
      const counter = dynamoCounter({ documents: documentClient(), table: engine.tables.limits, now })
      expect(await counter.count(key, hourly(2), signal)).toBe('renewed')
      expect(operations).toEqual(['UpdateItem', 'UpdateItem'])
      expect(await counter.count(key, hourly(2), signal)).toBe(true)
      expect(await counter.count(key, hourly(2), signal)).toBe(false)
    } finally {
      await proxy.stop()
    }
  })

  it('stores a hash of the key, the uses, and an expiry an hour after the window', async () => {
    const key = `codes#mary-${randomUUID()}@example.com`
    await create(() => new Date('2026-05-01T12:30:00Z')).count(key, hourly(5), signal)
    const { Items = [] } = await engine.documents().send(new ScanCommand({ TableName: engine.tables.limits }))
    const expiresAt = Date.parse('2026-05-01T14:00:00Z') / 1000
    expect(Items.filter((item) => item.expiresAt === expiresAt)).toEqual([
      { pk: expect.stringMatching(/^[\w-]{43}$/), expiresAt, uses: new Set([expect.stringMatching(/^[\w-]{12}$/)]) },
    ])
    expect(JSON.stringify(Items)).not.toContain('mary')
  })

  it('throws if DynamoDB cannot count', async () => {
    const counter = dynamoCounter({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(counter.count('key', hourly(5), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(counter.permissions).toEqual([{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }])
  })
})
