import { describe, expect, it } from 'vitest'
import { type Compared, FURTHER, GOALS, judgeGoal } from '../../bench/goals.ts'
import { isProgramName } from '../../bench/programs.ts'
import { createSeries } from '../../bench/series.ts'

const compared: Compared = { what: 'cold', against: 'bare', comparison: 'ratio', unit: 'x', ours: 'ours', theirs: 'theirs', atMost: 2 }

function createSeriesWith(figures: Readonly<Record<string, readonly number[]>>) {
  const series = createSeries()
  for (const [name, all] of Object.entries(figures)) for (const figure of all) series.record(name, figure)
  return series
}

describe('judgeGoal', () => {
  it('returns the median of the ratios, not the ratio of the medians', () => {
    const series = createSeriesWith({ ours: [1, 20, 300], theirs: [1, 10, 100] })
    expect(judgeGoal(compared, series)).toMatchObject({ figures: { lower: 1.5, median: 2, upper: 2.5 }, rounds: 3, holds: true })
    expect(judgeGoal({ ...compared, comparison: 'difference' }, series).figures.median).toBe(10)
  })

  it('reports a missed goal when the median is above the goal', () => {
    expect(judgeGoal({ ...compared, atMost: 1.99 }, createSeriesWith({ ours: [2], theirs: [1] })).holds).toBe(false)
  })

  it('reports a met goal when a single figure is below its budget', () => {
    const budget: Compared = { what: 'zip', against: 'its budget', comparison: 'value', unit: 'kB', ours: 'zip', atMost: 10 }
    expect(judgeGoal(budget, createSeriesWith({ zip: [9.9] })).holds).toBe(true)
  })

  it('reports a comparison without a goal as neither met nor missed', () => {
    const { atMost: _, ...further } = compared
    expect(judgeGoal(further, createSeriesWith({ ours: [2], theirs: [1] })).holds).toBeUndefined()
  })

  it('throws an error that names a series that was not measured', () => {
    expect(() => judgeGoal(compared, createSeriesWith({ ours: [1] }))).toThrow('theirs was not measured')
  })
})

describe('GOALS and FURTHER', () => {
  it('GOALS and FURTHER compare only programs that the benchmark has', () => {
    for (const { ours, theirs } of [...GOALS, ...FURTHER]) {
      for (const series of [ours, theirs]) if (series !== undefined) expect(isProgramName(series.split(' ')[0] ?? '')).toBe(true)
    }
  })

  it('every goal in GOALS has a limit above 0', () => {
    for (const { atMost } of GOALS) expect(atMost).toBeGreaterThan(0)
  })
})
