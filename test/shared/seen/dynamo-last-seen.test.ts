import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { dynamoLastSeen, lastSeenPk, scanInactiveUsers } from '../../../src/shared/seen/dynamo-last-seen.ts'
import type { InactivePage } from '../../../src/shared/seen/last-seen-store.ts'
import { describeLastSeen, newSeenUser } from '../../support/contracts/last-seen.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()
const noon = new Date('2026-05-01T12:00:00.000Z')

onEveryDynamoDb((engine) => {
  // The table of lastSeen has the same key as the block table.
  const table = engine.tables.blocks
  const documents = () => engine.documents()
  const create = () => dynamoLastSeen({ documents, table })

  describeLastSeen(create)

  it('stores the pool, the sub and the time, and nothing else', async () => {
    const user = newSeenUser()
    await create().record(user, noon, 1000, signal)
    const { Item } = await engine
      .documents()
      .send(new GetCommand({ TableName: table, Key: { pk: lastSeenPk(user) }, ConsistentRead: true }))
    expect(Item).toEqual({ pk: `${user.userPoolId}#${user.sub}`, ...user, seenAt: noon.toISOString() })
  })

  it('lists the users who were recorded before a time, page by page, and no other row', async () => {
    const pool = 'eu-west-1_Scanned'
    const old = newSeenUser(pool)
    const recent = newSeenUser(pool)
    await create().record(old, new Date(noon.getTime() - 1), 1000, signal)
    await create().record(recent, noon, 1000, signal)
    // Rows of 100 kB, so that a scan of 1 MB has several pages.
    for (let row = 0; row < 15; row += 1)
      await engine.documents().send(new PutCommand({ TableName: table, Item: { pk: `large-${row}`, filler: 'a'.repeat(100_000) } }))
    for (const seenAt of ['', '2020-99-99', 7])
      await engine
        .documents()
        .send(new PutCommand({ TableName: table, Item: { pk: `edited-${seenAt}`, userPoolId: pool, sub: 'a', seenAt } }))

    const pages: InactivePage[] = []
    for await (const page of scanInactiveUsers({ documents, table }, noon, pool, signal)) pages.push(page)
    const all: string[] = []
    for await (const { users } of scanInactiveUsers({ documents, table }, new Date('2100-01-01'), undefined, signal))
      all.push(...users.map(({ userPoolId }) => userPoolId))

    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(({ users }) => users)).toEqual([{ ...old, seenAt: new Date(noon.getTime() - 1) }])
    expect(pages.reduce((sum, { scanned }) => sum + scanned, 0)).toBeGreaterThanOrEqual(20)
    expect(pages.every(({ readUnits }) => readUnits > 0)).toBe(true)
    expect(new Set(all)).toEqual(new Set(['eu-west-1_Example', 'eu-west-1_Another', pool]))
  })

  it('throws if DynamoDB cannot write', async () => {
    const store = dynamoLastSeen({ documents, table: 'no-such-table' })
    await expect(store.record(newSeenUser(), noon, 1000, signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(store.permissions).toEqual([{ actions: ['dynamodb:UpdateItem'], resource: 'SEEN_TABLE' }])
  })

  it('throws for an unknown option', () => {
    const options: object = { documents, tabel: 'a' }
    expect(() => Reflect.apply(dynamoLastSeen, undefined, [options])).toThrow("dynamoLastSeen(): unknown option 'tabel'")
  })
})
