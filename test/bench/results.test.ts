import { describe, expect, it } from 'vitest'
import { FURTHER, GOALS, judgeGoal } from '../../bench/goals.ts'
import { PROGRAM_NAMES } from '../../bench/programs.ts'
import { formatResults, type Results, toChart, toJson, toMarkdown } from '../../bench/results.ts'
import { createSeries } from '../../bench/series.ts'

/** Creates results of three rounds in which every figure of Lifeguard is twice that of the others. */
function createResults(): Results {
  const series = createSeries()
  const names = [...GOALS, ...FURTHER].flatMap(({ ours, theirs }) => (theirs === undefined ? [ours] : [ours, theirs]))
  const medians = PROGRAM_NAMES.flatMap((name) => ['cold ms', 'import ms', 'first ms', 'warm p50 us'].map((figure) => `${name} ${figure}`))
  for (const name of new Set([...names, ...medians])) {
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

describe('results of a run', () => {
  it('toJson formats a document with only the documented keys, and with every goal once', () => {
    const { machine, versions, goals, ...rest } = JSON.parse(toJson(results))
    expect(rest).toEqual({})
    expect(machine).toEqual(results.machine)
    expect(versions).toEqual(results.versions)
    expect(goals).toHaveLength(GOALS.length)
    expect(goals[0]).toEqual({ name: 'cold start of pre sign-up, against hand-written `if` checks', ratio: 2, atMost: 2.5, holds: true })
    expect(new Set(goals.map(({ name }: { name: string }) => name)).size).toBe(goals.length)
  })

  it('formatResults starts with the machine and the seed, and ends with the number of missed goals', () => {
    const lines = formatResults(results)
    expect(lines[0]).toBe('Some CPU, 2 cores, 8 GB, linux; measured programs run on their own core; 3 rounds, seed 7')
    const missed = results.goals.filter(({ holds }) => !holds).length
    expect(missed).toBeGreaterThan(0)
    expect(lines.at(-1)).toBe(`${missed} of ${GOALS.length} goals are missed.`)
  })

  describe('toMarkdown', () => {
    const page = toMarkdown(results, new Date('2026-01-02T03:04:05Z'))
    const section = (title: string): string => page.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? ''

    it('starts with the sections about alternatives, about the time that a user waits, and about goals', () => {
      const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
      expect(titles.slice(0, 3)).toEqual(['Lifeguard compared with alternatives', 'Time that a user waits', 'Goals'])
    })

    it('writes the date, the machine, the versions and every comparison', () => {
      expect(page).toContain('2026-01-02: 3 rounds, seed 7')
      expect(page).toContain('Some CPU, 2 cores, 8 GB, linux')
      expect(page).toContain('cognito-lifeguard 0.1.0, zod 4.6.7')
      for (const { what, against } of FURTHER) expect(page).toContain(`| ${what} | ${against} |`)
      for (const name of PROGRAM_NAMES) expect(page).toContain(`| ${name} |`)
    })

    it('compares the cold start of a trigger with each alternative in a sentence', () => {
      expect(section('Lifeguard compared with alternatives')).toContain(
        '- **Pre sign-up**: a cold start of Lifeguard takes 2.00 times as long as hand-written `if` checks. It takes 2.00 times as long as Powertools parser + logger.\n',
      )
    })

    it('lists the time that a user waits in milliseconds, first for the trigger of a sign-in', () => {
      const [first] = section('Time that a user waits').match(/^- .*$/m) ?? []
      expect(first).toBe(
        '- **Pre token generation** runs at each sign-in and token refresh. With Lifeguard, a cold start takes 4.00 ms for the import and 4.00 ms for the first event. A warm event takes 0.004 ms.',
      )
    })

    it('lists every goal as a sentence, missed goals first', () => {
      const goals = section('Goals')
      const [missed = '', met = ''] = goals.split('### Goals that are met')
      expect(missed).toContain('### Missed goals')
      expect(missed).toContain('- The process time of pre sign-up is 2.00 times that of a bare handler. The goal is at most 1.06 times.')
      expect(met).toContain('- The zip of pre sign-up is 4.00 kB. The goal is at most 10 kB.')
      expect(goals.match(/^- The /gm)).toHaveLength(GOALS.length)
    })
  })

  it('toChart draws the cold starts of the results, and highlights those of Lifeguard', () => {
    const chart = toChart(results)
    expect(chart).toContain('Pre sign-up: hand-written if checks 1.00, Lifeguard 2.00, middy + zod 1.00')
    expect(chart.match(/class="ours"/g)).toHaveLength(2)
  })
})
