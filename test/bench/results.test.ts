import { describe, expect, it } from 'vitest'
import { FURTHER, GOALS, judgeGoal } from '../../bench/goals.ts'
import { PROGRAM_NAMES } from '../../bench/programs.ts'
import { formatResults, type Results, toChart, toJson, toMarkdown } from '../../bench/results.ts'
import { createSeries } from '../../bench/series.ts'

/** Three rounds in which Lifeguard takes twice as long and as much as anything else. */
function createResults(): Results {
  const series = createSeries()
  const names = [...GOALS, ...FURTHER].flatMap(({ ours, theirs }) => (theirs === undefined ? [ours] : [ours, theirs]))
  const cold = PROGRAM_NAMES.map((name) => `${name} cold ms`)
  for (const name of new Set([...names, ...cold])) {
    for (const round of [1, 2, 3]) series.record(name, name.includes('/lifeguard ') ? 2 * round : round)
  }
  return {
    machine: { cpu: 'Some CPU', cores: 2, memoryGb: 8, system: 'linux', pinned: true },
    versions: { 'cognito-lifeguard': '0.1.0', zod: '4.6.7' },
    seed: 7,
    rounds: 3,
    goals: GOALS.map((each) => judgeGoal(each, series)),
    further: FURTHER.map((each) => judgeGoal(each, series)),
    series,
  }
}

const results = createResults()

describe('what a run came to', () => {
  it('is one JSON document with the documented keys, a goal each', () => {
    const { machine, versions, goals, ...rest } = JSON.parse(toJson(results))
    expect(rest).toEqual({})
    expect(machine).toEqual(results.machine)
    expect(versions).toEqual(results.versions)
    expect(goals).toHaveLength(GOALS.length)
    expect(goals[0]).toEqual({ name: 'pre sign-up, cold, against hand-written `if` checks', ratio: 2, atMost: 2.5, holds: true })
    expect(new Set(goals.map(({ name }: { name: string }) => name)).size).toBe(goals.length)
  })

  it('says in the terminal how many goals do not hold, and how to have the run again', () => {
    const lines = formatResults(results)
    expect(lines[0]).toBe('Some CPU, 2 cores, 8 GB, linux; what is measured on a core of its own; 3 rounds, seed 7')
    const failed = results.goals.filter(({ holds }) => !holds).length
    expect(failed).toBeGreaterThan(0)
    expect(lines.at(-1)).toBe(`${failed} of ${GOALS.length} goals do not hold.`)
  })

  it('becomes a page with the machine, the versions and every figure', () => {
    const page = toMarkdown(results, new Date('2026-01-02T03:04:05Z'))
    expect(page).toContain('2026-01-02: 3 rounds, seed 7')
    expect(page).toContain('cognito-lifeguard 0.1.0, zod 4.6.7')
    for (const { what, against } of [...GOALS, ...FURTHER]) expect(page).toContain(`| ${what} | ${against} |`)
    for (const name of PROGRAM_NAMES) expect(page).toContain(`| ${name} |`)
  })

  it('becomes a chart of the same figures', () => {
    const chart = toChart(results)
    expect(chart).toContain('Pre sign-up: hand-written if checks 1.00, Lifeguard 2.00, middy + zod 1.00')
    expect(chart.match(/class="ours"/g)).toHaveLength(2)
  })
})
