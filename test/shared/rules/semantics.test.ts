import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/shared/rules/combinators.ts'
import type { Decision } from '../../../src/shared/rules/decision.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { build, parse } from '../../support/notation.ts'
import { run, type SamplePre, sampleEvent } from '../../support/samples.ts'

const page = readFileSync(new URL('../../../docs/semantics.md', import.meta.url), 'utf8')

interface Row {
  readonly section: string
  readonly phase: 'pre' | 'post'
  readonly composition: string
  readonly decision: string
}

function rows(): readonly Row[] {
  return page.split(/^## /m).flatMap((part) => {
    const section = part.split('\n', 1)[0] ?? ''
    const found = part.matchAll(/^\| (pre|post) \| `(.+)` \| (.+) \|$/gm)
    return [...found].map(
      ([, phase, composition = '', decision = '']): Row => ({
        section,
        phase: phase === 'post' ? 'post' : 'pre',
        composition,
        decision,
      }),
    )
  })
}

function words(decision: Decision<SamplePre>): string {
  if (decision.kind !== 'proceed') return `${decision.kind} by ${decision.rule}`
  const answer = Object.entries(decision.response)
    .sort()
    .map(([field, value]) => `${field}: ${value}`)
  const allowed = decision.rule === null ? '' : `, allowed by ${decision.rule}`
  return `proceed${allowed}${answer.length > 0 ? ` {${answer.join(', ')}}` : ''}`
}

describe.each(['One rule', '`chain`', '`when`', '`anyOf`', '`parallel`', '`denyIf`', '`failOpen`', '`shadow`'])(
  'the table of %s',
  (section) => {
    const table = rows().filter((row) => row.section.startsWith(section))

    test('has rows', () => {
      expect(table.length).toBeGreaterThan(2)
    })

    test.each(table)('$phase: $composition -> $decision', async ({ phase, composition, decision }) => {
      const clock = autoClock()
      // The pre sample stands for both: what a post trigger's rules may say is checked when it runs.
      const decided = await run(phase, chain(build(parse(composition))), sampleEvent, clock)
      expect(words(decided)).toBe(decision)
      expect(clock.pending()).toBe(0)
    })
  },
)

test('every row of the page is in one of the tables', () => {
  const pipes = page.split('\n').filter((line) => line.startsWith('| p')).length
  expect(rows()).toHaveLength(pipes)
})
