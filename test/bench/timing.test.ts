import { describe, expect, it } from 'vitest'
import { describeTimes, formatTimes, timesToMarkdown } from '../../bench/timing/report.ts'

const each = { rule: 'requireInvite', known: 'used code', unknown: 'unknown code' }
const outcomes = new Set(['known denied', 'unknown denied'])
const unknown = Array.from({ length: 100 }, (_, round) => 1 + (round % 10) / 1000)

describe('describeTimes', () => {
  it.each([
    ['yes', 'is within the limit', 0.01],
    ['no', 'is above the limit', 0.5],
    ['no', 'is below the limit', -0.5],
  ])('answers %s if the difference %s', (verdict, _, more) => {
    const row = describeTimes(each, { known: unknown.map((ms) => ms + more), unknown, outcomes })

    expect(row.slice(0, 4)).toEqual(['requireInvite', 'used code', 'unknown code', 'same'])
    expect(row[7]).toMatch(`${more.toFixed(3)} (`)
    expect(row.slice(8)).toEqual([more > 0 ? '100 %' : '0 %', verdict])
  })

  it('does not decide if the rounds differ too much', () => {
    const known = unknown.map((ms, round) => ms + (round % 2 === 0 ? 0 : 0.2))

    const row = describeTimes(each, { known, unknown, outcomes: new Set(['known denied', 'unknown proceed']) })

    expect(row[3]).toBe('differs')
    expect(row[9]).toBe('not decided')
  })
})

it('both reports have the rows and the machine', () => {
  const rows = [describeTimes(each, { known: unknown, unknown, outcomes })]
  const results = { rows, run: '100 rounds, seed 7', where: 'a machine' }

  expect(formatTimes(results).join('\n')).toMatch(/a machine\n100 rounds, seed 7\nrule .*\nrequireInvite/)
  expect(timesToMarkdown(results)).toMatch(/100 rounds, seed 7\.\n.*\n\n\| rule \|.*\n.*\n\| requireInvite \| used code/)
  expect(timesToMarkdown(results)).toContain('- a machine\n')
})
