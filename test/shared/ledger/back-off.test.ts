import { describe, expect, it } from 'vitest'
import { backOffMs, MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

describe('backOffMs', () => {
  it('is half a minute at most after the first attempt, and twice as long after each', () => {
    const longest = [1, 2, 3, 4, 5].map((attempt) => backOffMs(attempt, () => 1))
    expect(longest).toEqual([30, 60, 120, 240, 480].map((seconds) => seconds * SECOND))
  })

  it('is never less than half of that, whatever chance says', () => {
    expect(backOffMs(1, () => 0)).toBe(15 * SECOND)
    expect(backOffMs(3, () => 0)).toBe(60 * SECOND)
    expect(backOffMs(3, () => 0.5)).toBe(90 * SECOND)
  })

  it('is six hours at most', () => {
    expect(backOffMs(20, () => 1)).toBe(6 * HOUR)
    expect(backOffMs(5000, () => 1)).toBe(6 * HOUR)
  })

  it('lasts for more than 30 hours in all, as an exhausted quota of 24 hours does, whatever chance says', () => {
    const attempts = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => backOffMs(index + 1, () => 0))
    expect(attempts.reduce((sum, ms) => sum + ms)).toBeGreaterThan(30 * HOUR)
  })
})
