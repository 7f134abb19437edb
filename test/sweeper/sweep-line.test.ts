import { describe, expect, it } from 'vitest'
import { sweepLine } from '../../src/sweeper/sweep-line.ts'
import { emfProblems } from '../support/emf.ts'

const now = Date.UTC(2026, 0, 2)

describe('the line of a sweep', () => {
  it('counts in the format that CloudWatch reads', () => {
    const line = sweepLine(
      { swept: { done: 3, broken: 1, skipped: 1, gone: 4 }, reasons: { Throttling: 1 }, lost: [] },
      { failed: 2, unknown: 7 },
      'effects',
      now,
    )
    expect(emfProblems(line)).toEqual([])
    expect(line).toMatchObject({ level: 'INFO', EffectsRun: 5, EffectsDone: 3, EffectsParked: 2, EffectsUnknown: 7, table: 'effects' })
  })

  it('leaves out what could not be counted, rather than say that it is none', () => {
    const line = sweepLine({ swept: {}, reasons: {}, lost: [], unread: 'ECONNREFUSED' }, {}, 'effects', now)
    expect(emfProblems(line)).toEqual([])
    expect(line).toMatchObject({ level: 'ERROR', unread: 'ECONNREFUSED', EffectsRun: 0 })
    expect(JSON.stringify(line)).not.toMatch(/EffectsParked|EffectsUnknown/)
  })

  it('is an error where there was no time to sweep', () => {
    const line = sweepLine({ swept: {}, reasons: {}, lost: [], tooShort: true }, {}, 'effects', now)
    expect(line).toMatchObject({ level: 'ERROR', tooShort: true, EffectsRun: 0 })
  })
})
