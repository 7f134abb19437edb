import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isReadable } from '../../src/shared/ledger/effect-item.ts'
import { countDeadLetters } from '../../src/sweeper/sweeper.ts'
import { ann } from '../support/events.ts'
import { dueRow, handEdited } from '../support/hand-edited-rows.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'

const signal = new AbortController().signal
let world: World

beforeEach(async () => {
  world = await startWorld()
  const users = [ann.sub, 'edited'].map((sub) => ({
    userName: sub,
    attributes: { sub, email: `${sub}@example.com`, email_verified: 'true' },
  }))
  world.cognito.addPool(ann.userPoolId, ...users)
})
afterEach(() => world.stop())

/** Writes a row. Returns false if DynamoDB rejects it, for example because an index key is not a string. */
async function put(row: Readonly<Record<string, unknown>>): Promise<boolean> {
  return world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...row } })).then(
    () => true,
    () => false,
  )
}

/** Returns the pending rows, which a later sweep would read again. */
async function stillDue(): Promise<readonly unknown[]> {
  const { Items = [] } = await world.documents.send(
    new ScanCommand({ TableName: 'effects', ConsistentRead: true, ProjectionExpression: 'pk, queue' }),
  )
  return Items.filter(({ queue }) => queue === 'pending')
}

describe('rows that were edited by hand', () => {
  it('tests more than 100 hand-edited rows', () => expect(handEdited.length).toBeGreaterThan(100))

  it.each(handEdited)('makes a dead letter of a row with an invalid %s, and sends no email: %s', async (_, __, row) => {
    if (!(await put(row))) return
    await world.sweep()
    expect(await stillDue()).toEqual([])
    const { Item } = await world.documents.send(new GetCommand({ TableName: 'effects', Key: { pk: row.pk } }))
    expect(Item).toMatchObject({ state: 'unknown', queue: 'unknown', reason: expect.stringMatching(/^unreadable-/) })
    expect(Item).not.toHaveProperty('event')
    expect(world.services.ses.inbox()).toEqual([])
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
  })

  it('makes all hand-edited rows dead letters in one sweep, and runs the other effects', async () => {
    const rows = handEdited.map(([, , row], index) => ({ ...row, pk: `row-${index}` }))
    for (const row of rows) await put(row)
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const report = await world.sweep()
    expect(report.swept).toEqual({ done: 1, unknown: expect.any(Number) })
    expect(report.swept.unknown).toBeGreaterThan(100)
    expect(report.lost).toEqual([])
    expect(await stillDue()).toEqual([])
    expect(world.services.ses.inbox()).toMatchObject([{ to: [`${ann.sub}@example.com`] }])
  })

  it('counts an unreadable row as an unknown effect until the row is deleted, so that the alarm lasts', async () => {
    await put({ ...dueRow, attempt: 'x' })
    await world.sweep()
    expect(await countDeadLetters(world.effects, signal)).toEqual({ failed: 0, unknown: 1 })
  })

  it('does not make an unreadable row a dead letter if it has changed since it was read', async () => {
    await put({ ...dueRow, attempt: 'x' })
    const [row] = await world.rows()
    await put({ ...dueRow, dueAt: '2026-05-01T12:00:01.000Z' })
    expect(row && (await world.effects.giveUp(row, 'unknown', 'unreadable-attempt', signal))).toBe(false)
  })

  it('runs the effect of an edited row that has all required attributes', async () => {
    const { event: _, token: __, triggerSource: ___, appClient: ____, createdAt: _____, updatedAt: ______, ...bare } = dueRow
    await put({ ...bare, reason: 7, note: 'checked by Bob' })
    expect((await world.sweep()).swept).toEqual({ done: 1 })
  })

  it('reads the other rows if a number of one row does not fit into a JavaScript number', async () => {
    const number = { N: '12345678901234567890.5' }
    for (const name of ['attempt', 'state', 'note', 'event']) {
      const Item = { pk: { S: `row-${name}` }, queue: { S: 'pending' }, dueAt: { S: '2026-05-01T12:00:00.000Z' }, [name]: number }
      await world.client.send(new PutItemCommand({ TableName: 'effects', Item }))
    }
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect(await world.sweep()).toEqual({ swept: { unknown: 4, done: 1 }, reasons: { 'unreadable-number': 4 }, lost: [] })
    expect(await stillDue()).toEqual([])
    expect((await world.rows()).filter((row) => !isReadable(row))).toHaveLength(4)
  })
})
