import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { tryConditionalWrite } from '../../../src/shared/aws/dynamodb.ts'
import { type Change, type Condition, deleteItem, updateItem } from '../../../src/shared/aws/expressions.ts'
import { backOffMs, MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'
import * as transitions from '../../../src/shared/ledger/dynamo-transitions.ts'
import { settledAs } from '../../../src/shared/ledger/dynamo-transitions.ts'
import { type EffectItem, effectPk } from '../../../src/shared/ledger/effect-item.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { erase, newEffect, timedLedger } from '../../support/effects.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

describe('backOffMs', () => {
  it('returns a delay of at most 30 s for the first attempt, and doubles that maximum for each further attempt', () => {
    const longest = [1, 2, 3, 4, 5].map((attempt) => backOffMs(attempt, () => 1))
    expect(longest).toEqual([30, 60, 120, 240, 480].map((seconds) => seconds * SECOND))
  })

  it('returns at least half of the maximum delay for any random number', () => {
    expect(backOffMs(1, () => 0)).toBe(15 * SECOND)
    expect(backOffMs(3, () => 0)).toBe(60 * SECOND)
    expect(backOffMs(3, () => 0.5)).toBe(90 * SECOND)
  })

  it('never returns a delay of more than six hours', () => {
    expect(backOffMs(20, () => 1)).toBe(6 * HOUR)
    expect(backOffMs(5000, () => 1)).toBe(6 * HOUR)
  })

  it('returns delays that add up to more than 30 hours, because an exhausted SES quota lasts 24 hours', () => {
    const attempts = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => backOffMs(index + 1, () => 0))
    expect(attempts.reduce((sum, ms) => sum + ms)).toBeGreaterThan(30 * HOUR)
  })
})

describe('settledAs', () => {
  it.each([
    { item: { delivery: 'at-most-once', token: 'token', attempt: 1 }, as: 'unknown' },
    { item: { delivery: 'at-most-once', token: 'token', attempt: MAX_ATTEMPTS }, as: 'unknown' },
    { item: { delivery: 'at-most-once', token: undefined, attempt: 1 }, as: undefined },
    { item: { delivery: 'at-least-once', token: 'token', attempt: 1 }, as: undefined },
    { item: { delivery: 'at-least-once', token: 'token', attempt: MAX_ATTEMPTS - 1 }, as: undefined },
    { item: { delivery: 'at-least-once', token: 'token', attempt: MAX_ATTEMPTS }, as: 'failed' },
    { item: { delivery: 'at-most-once', token: undefined, attempt: MAX_ATTEMPTS }, as: 'failed' },
  ] as const)('returns $as for an $item.delivery effect with the token $item.token after $item.attempt attempts', ({ item, as }) => {
    expect(settledAs(item)).toBe(as)
  })
})

// Example rows in each state. Their due times are relative to `NOW`.
const NOW = new Date('2026-05-01T12:00:00.000Z')
const PAST = new Date(NOW.getTime() - 1)
const FUTURE = new Date(NOW.getTime() + 1)
const effect = newEffect()
const { userPoolId, sub, effect: name } = effect
const row = (state: string, dueAt: Date, rest: Readonly<Record<string, string>> = {}) => ({
  ...{ pk: effectPk(effect), userPoolId, sub, effect: name, delivery: 'at-most-once', attempt: 1 },
  ...{ state, dueAt: dueAt.toISOString(), ...(state !== 'done' && { queue: state }), ...rest },
})
const token = 'mine'
const ROWS: Readonly<Record<string, ReturnType<typeof row> | undefined>> = {
  'no row': undefined,
  running: row('pending', FUTURE, { token }),
  'cut off, at-most-once': row('pending', PAST, { token }),
  'cut off, at-least-once': row('pending', PAST, { token, delivery: 'at-least-once' }),
  'waiting for its next attempt': row('pending', FUTURE),
  due: row('pending', PAST),
  done: row('done', PAST),
  'unknown with its token': row('unknown', PAST, { token }),
  unknown: row('unknown', PAST),
  failed: row('failed', PAST),
}

// The arguments of the transitions: a claim, and the item that was read from the row.
const claim = { ...effect, token, attempt: 1 }
const item = (place: string): EffectItem => ({
  ...{ userPoolId, sub, effect: name, delivery: 'at-most-once', attempt: 1, token: undefined, event: undefined, reason: undefined },
  ...{ triggerSource: undefined, appClient: undefined, createdSince: undefined, state: 'pending' },
  dueAt: ROWS[place] && new Date(ROWS[place].dueAt),
})
const state = (place: string): EffectItem['state'] => {
  const found = (['done', 'unknown', 'failed'] as const).find((each) => each === ROWS[place]?.state)
  return found ?? 'pending'
}
const unreadable = (place: string) => ({ pk: effectPk(effect), fault: 'x', state: undefined, dueAt: ROWS[place]?.dueAt })

interface Transition {
  readonly name: string
  readonly change: (place: string) => Change | Condition
  /** The state of each row after the transition, in the order of ROWS. '-' if the write changes nothing. */
  readonly to: readonly string[]
}

const TRANSITIONS: readonly Transition[] = [
  {
    name: 'enqueue',
    change: () => transitions.enqueue(effect, NOW),
    to: ['pending', '-', '-', '-', '-', '-', '-', '-', '-', '-'],
  },
  {
    name: 'claim',
    change: () => transitions.claim(effect, 'another', NOW, 10_000),
    to: ['pending', '-', '-', 'pending', '-', 'pending', '-', '-', '-', '-'],
  },
  {
    name: 'finish',
    change: () => transitions.finish(claim, NOW),
    to: ['-', 'done', 'done', 'done', '-', '-', '-', 'done', '-', '-'],
  },
  {
    name: 'fail, with attempts left',
    change: () => transitions.fail(claim, { kind: 'retry', reason: 'x' }, NOW, () => 1),
    to: ['-', 'pending', 'pending', 'pending', '-', '-', '-', 'unknown', '-', '-'],
  },
  {
    name: 'fail, after the last attempt',
    change: () => transitions.fail({ ...claim, attempt: MAX_ATTEMPTS }, { kind: 'retry', reason: 'x' }, NOW, () => 1),
    to: ['-', 'failed', 'failed', 'failed', '-', '-', '-', 'failed', '-', '-'],
  },
  {
    name: 'fail, as unknown',
    change: () => transitions.fail(claim, { kind: 'unknown', reason: 'x' }, NOW, () => 1),
    to: ['-', 'unknown', 'unknown', 'unknown', '-', '-', '-', 'unknown', '-', '-'],
  },
  {
    name: 'giveBack',
    change: () => transitions.giveBack(token, NOW),
    to: ['-', 'pending', 'pending', 'pending', '-', '-', '-', 'unknown', '-', '-'],
  },
  {
    name: 'drop',
    change: () => transitions.drop(claim),
    to: ['-', 'no row', 'no row', 'no row', '-', '-', '-', 'no row', '-', '-'],
  },
  {
    name: 'giveUp',
    change: (place) => transitions.giveUp(item(place), 'unknown', 'x', NOW),
    to: ['-', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', '-', '-', '-', '-'],
  },
  {
    name: 'giveUp of an unreadable row',
    change: (place) => transitions.giveUp(unreadable(place), 'failed', 'x', NOW),
    to: ['-', 'failed', 'failed', 'failed', 'failed', 'failed', '-', '-', '-', '-'],
  },
  {
    name: 'postpone',
    change: (place) => transitions.postpone(item(place), 'x', NOW, () => 1),
    to: ['-', 'pending', 'pending', 'pending', 'pending', 'pending', '-', '-', '-', '-'],
  },
  {
    name: 'retry',
    change: () => transitions.retry(['failed'], NOW),
    to: ['-', '-', '-', '-', '-', '-', '-', '-', '-', 'pending'],
  },
  {
    name: 'retry, including unknown',
    change: () => transitions.retry(['failed', 'unknown'], NOW),
    to: ['-', '-', '-', '-', '-', '-', '-', 'pending', 'pending', 'pending'],
  },
  {
    name: 'release',
    change: () => transitions.release(claim, NOW),
    to: ['-', 'pending', 'pending', 'pending', '-', '-', '-', 'pending', '-', '-'],
  },
  {
    name: 'remove',
    change: (place) => transitions.remove({ ...item(place), state: state(place) }, NOW),
    to: ['-', '-', 'no row', 'no row', 'no row', 'no row', 'no row', 'no row', 'no row', 'no row'],
  },
  {
    name: 'erase',
    change: (place) => transitions.erase(unreadable(place)),
    to: ['-', 'no row', 'no row', 'no row', 'no row', 'no row', '-', 'no row', 'no row', 'no row'],
  },
]

const PLACES = Object.keys(ROWS)
const cases = TRANSITIONS.flatMap(({ name, change, to }) => PLACES.map((place, index) => ({ name, change, place, to: to[index] ?? '?' })))

onEveryDynamoDb((engine) => {
  it.each(cases)('$name changes the row "$place" to "$to" ("-" means no change)', async ({ change, place, to }) => {
    const table = engine.tables.effects
    const target = { table, key: { pk: effectPk(effect) } }
    const before = ROWS[place]
    await erase(engine.documents(), table, effect)
    if (before !== undefined) await engine.documents().send(new PutCommand({ TableName: table, Item: before }))

    const written = change(place)
    const isChanged = await tryConditionalWrite(
      'spell' in written
        ? engine.documents().send(deleteItem({ ...target, if: written }))
        : engine.documents().send(updateItem({ ...target, ...written })),
    )

    const after = await timedLedger(engine).stored(effect)
    expect(isChanged).toBe(to !== '-')
    if (to === '-') expect(after).toEqual(before)
    else expect(after?.state ?? 'no row').toBe(to)
  })
})
