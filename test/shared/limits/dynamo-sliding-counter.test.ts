import { randomUUID } from 'node:crypto'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { dynamoSlidingCounter } from '../../../src/shared/limits/dynamo-sliding-counter.ts'
import { describeCounter, describeSlidingCounter } from '../../support/contracts/counter.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()
const hourly = { max: 5, windowSeconds: 3600 }

onEveryDynamoDb((engine) => {
  const create = (now: () => Date) => dynamoSlidingCounter({ documents: () => engine.documents(), table: engine.tables.limits, now })

  describeCounter(create)
  describeSlidingCounter(create)

  it('stores an item that expires an hour after the next window, and no text of the key or the use', async () => {
    const counter = create(() => new Date('2027-05-01T12:30:00Z'))
    await counter.count(`sign-ups#mary-${randomUUID()}`, hourly, signal, 'mary@example.com')

    const { Items = [] } = await engine.documents().send(new ScanCommand({ TableName: engine.tables.limits }))
    const expiresAt = Date.parse('2027-05-01T15:00:00Z') / 1000
    expect(Items.filter((item) => item.expiresAt === expiresAt)).toEqual([
      { pk: expect.stringMatching(/^[\w-]{43}$/), expiresAt, uses: new Set([expect.stringMatching(/^[\w-]{12}$/)]) },
    ])
    expect(JSON.stringify(Items)).not.toContain('mary')
  })

  it('throws if DynamoDB cannot count, and declares both requests', async () => {
    const counter = dynamoSlidingCounter({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(counter.count('key', hourly, signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(counter.permissions).toEqual([{ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }])
  })
})
