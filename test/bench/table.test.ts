import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../bench/goals.ts'
import { digits, formatColumns, formatMarkdown, outcomeRow } from '../../bench/table.ts'

const ratio: Outcome = {
  what: 'pre sign-up, cold',
  against: 'a bare handler',
  comparison: 'ratio',
  unit: 'x',
  ours: 'a',
  theirs: 'b',
  atMost: 2.5,
  figures: { lower: 1.9, median: 2.25, upper: 12.5 },
  rounds: 31,
  holds: true,
}

describe('outcomeRow', () => {
  it('formats the goal, the median and the quartiles, and ends with yes or no for a goal that is met or missed', () => {
    expect(outcomeRow(ratio)).toEqual(['pre sign-up, cold', 'a bare handler', '2.5x', '2.25x', '1.90 to 12.5', 'yes'])
    expect(outcomeRow({ ...ratio, holds: false }).at(-1)).toBe('no')
  })

  it('formats a difference with its sign and unit', () => {
    const difference: Outcome = { ...ratio, comparison: 'difference', unit: 'µs', figures: { lower: -1, median: -0.5, upper: 0 } }
    expect(outcomeRow(difference).slice(2, 4)).toEqual(['+2.5 µs', '-0.50 µs'])
  })

  it('leaves the cell for the quartiles empty if a figure is not compared with another program', () => {
    expect(outcomeRow({ ...ratio, comparison: 'value', unit: 'kB' })[4]).toBe('')
  })

  it('leaves the cells for the goal empty if the comparison has no goal', () => {
    const { atMost: _, ...further } = ratio
    expect(outcomeRow({ ...further, holds: undefined })).toEqual(['pre sign-up, cold', 'a bare handler', '', '2.25x', '1.90 to 12.5', ''])
  })
})

describe('formatColumns', () => {
  it('aligns columns of words left, and columns of figures right', () => {
    expect(
      formatColumns(
        ['what', 'ms'],
        [
          ['cold', '1.0'],
          ['warm start', '10.0'],
        ],
        ['left', 'right'],
      ),
    ).toEqual(['what          ms', 'cold         1.0', 'warm start  10.0'])
  })
})

describe('formatMarkdown', () => {
  it('escapes a vertical bar in a cell', () => {
    expect(formatMarkdown(['a', 'b'], [['x|y', '1']], ['left', 'right'])).toEqual(['| a | b |', '| --- | ---: |', '| x\\|y | 1 |'])
  })
})

describe('digits', () => {
  it.each([
    [423.98, '424'],
    [45.67, '45.7'],
    [2.246, '2.25'],
    [0.0817, '0.082'],
    [-149.4, '-149'],
    [0, '0.000'],
  ])('formats %d as %s', (figure, text) => expect(digits(figure)).toBe(text))
})
