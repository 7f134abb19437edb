import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pairFigures, quantile, quartiles } from '../../bench/statistics.ts'

const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('quantile', () => {
  it('takes the figure in the middle, or the point between the two', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2)
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  })

  it('takes the least and the most at the ends', () => {
    fc.assert(
      fc.property(figures, (all) => {
        expect(quantile(all, 0)).toBeCloseTo(Math.min(...all))
        expect(quantile(all, 1)).toBeCloseTo(Math.max(...all))
      }),
    )
  })

  it('sorts by size and not by spelling', () => {
    expect(quantile([100, 9, 20], 0)).toBe(9)
  })

  it('leaves the figures in their order, since a round has its place', () => {
    const all = [3, 1, 2]
    quantile(all, 0.5)
    expect(all).toEqual([3, 1, 2])
  })

  it('refuses to make one of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })
})

describe('quartiles', () => {
  it('hold the middle half', () => {
    expect(quartiles([1, 2, 3, 4, 5])).toEqual({ lower: 2, median: 3, upper: 4 })
  })

  it('never cross', () => {
    fc.assert(
      fc.property(figures, (all) => {
        const { lower, median, upper } = quartiles(all)
        expect(lower).toBeLessThanOrEqual(median)
        expect(median).toBeLessThanOrEqual(upper)
      }),
    )
  })
})

describe('paired', () => {
  it('compares round by round, so that a machine that slows down changes nothing', () => {
    expect(pairFigures([2, 20, 200], [1, 10, 100], (our, their) => our / their)).toEqual([2, 2, 2])
  })

  it('refuses rounds that have no counterpart', () => {
    expect(() => pairFigures([1, 2], [1], (our) => our)).toThrow('2 rounds cannot be paired with 1')
  })
})
