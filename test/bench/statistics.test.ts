import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pairFigures, quantile, quartiles } from '../../bench/statistics.ts'

const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('quantile', () => {
  it('returns the median for share 0.5: the middle figure, or the mean of the two middle figures', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2)
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  })

  it('returns the minimum for share 0 and the maximum for share 1', () => {
    fc.assert(
      fc.property(figures, (all) => {
        expect(quantile(all, 0)).toBeCloseTo(Math.min(...all))
        expect(quantile(all, 1)).toBeCloseTo(Math.max(...all))
      }),
    )
  })

  it('sorts figures as numbers, not as text', () => {
    expect(quantile([100, 9, 20], 0)).toBe(9)
  })

  it('does not change the order of the given figures', () => {
    const all = [3, 1, 2]
    quantile(all, 0.5)
    expect(all).toEqual([3, 1, 2])
  })

  it('throws a RangeError for an empty list of figures', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })
})

describe('quartiles', () => {
  it('returns the median, and the bounds of the middle half of the figures', () => {
    expect(quartiles([1, 2, 3, 4, 5])).toEqual({ lower: 2, median: 3, upper: 4 })
  })

  it('returns the lower quartile, the median and the upper quartile in ascending order', () => {
    fc.assert(
      fc.property(figures, (all) => {
        const { lower, median, upper } = quartiles(all)
        expect(lower).toBeLessThanOrEqual(median)
        expect(median).toBeLessThanOrEqual(upper)
      }),
    )
  })
})

describe('pairFigures', () => {
  it('compares figures of the same round, so that a slower machine does not change the result', () => {
    expect(pairFigures([2, 20, 200], [1, 10, 100], (our, their) => our / their)).toEqual([2, 2, 2])
  })

  it('throws if one series has more rounds than the other', () => {
    expect(() => pairFigures([1, 2], [1], (our) => our)).toThrow('2 rounds cannot be paired with 1')
  })
})
