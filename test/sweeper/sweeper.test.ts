import { describe, expect, it } from 'vitest'
import type { Effects } from '../../src/shared/ledger/dynamo-effects.ts'
import { countDeadLetters, formatSweepLine } from '../../src/sweeper/sweeper.ts'
import { emfProblems } from '../support/emf.ts'

const { signal } = new AbortController()

/** Makes a ledger whose `count` yields these partial counts. An Error in the list is thrown instead. */
const holding = (failed: readonly (number | Error)[], unknown: readonly (number | Error)[]): Pick<Effects, 'count'> => ({
  async *count(state) {
    for (const part of state === 'failed' ? failed : unknown) {
      if (part instanceof Error) throw part
      yield part
    }
  },
})

describe('countDeadLetters', () => {
  it('adds up the partial counts of each state', async () => {
    expect(await countDeadLetters(holding([3, 4], [2]), signal)).toEqual({ failed: 7, unknown: 2 })
    expect(await countDeadLetters(holding([0], [0]), signal)).toEqual({ failed: 0, unknown: 0 })
  })

  it('returns a partial count if the ledger fails, because that still raises an alarm', async () => {
    expect(await countDeadLetters(holding([3, new Error('The time is over')], [1]), signal)).toEqual({ failed: 3, unknown: 1 })
  })

  it('leaves out the count of a state if the ledger fails while that count is still 0', async () => {
    expect(await countDeadLetters(holding([new Error('down')], [0, new Error('down')]), signal)).toEqual({})
  })
})

const now = Date.UTC(2026, 0, 2)

describe('formatSweepLine', () => {
  it('writes metrics in the CloudWatch embedded format', () => {
    const line = formatSweepLine(
      { swept: { done: 3, 'rule-error': 1, skipped: 1, gone: 4 }, reasons: { Throttling: 1 }, lost: [] },
      { failed: 2, unknown: 7 },
      'effects',
      now,
    )
    expect(emfProblems(line)).toEqual([])
    expect(line).toMatchObject({ level: 'INFO', EffectsRun: 5, EffectsDone: 3, EffectsFailed: 2, EffectsUnknown: 7, table: 'effects' })
  })

  it('leaves out the dead letter metrics if the dead letters could not be counted', () => {
    const line = formatSweepLine({ swept: {}, reasons: {}, lost: [], unread: 'ECONNREFUSED' }, {}, 'effects', now)
    expect(emfProblems(line)).toEqual([])
    expect(line).toMatchObject({ level: 'ERROR', unread: 'ECONNREFUSED', EffectsRun: 0 })
    expect(JSON.stringify(line)).not.toMatch(/EffectsFailed|EffectsUnknown/)
  })

  it('writes a line of level ERROR if the time was too short for a sweep', () => {
    const line = formatSweepLine({ swept: {}, reasons: {}, lost: [], tooShort: true }, {}, 'effects', now)
    expect(line).toMatchObject({ level: 'ERROR', tooShort: true, EffectsRun: 0 })
  })
})
