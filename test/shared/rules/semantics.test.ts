import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/shared/rules/combinators.ts'
import type { Decision } from '../../../src/shared/rules/decision.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { build, parse } from '../../support/notation.ts'
import { run, SAMPLES, type SampleKind, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

const page = readFileSync(new URL('../../../docs/reference/semantics.md', import.meta.url), 'utf8')

interface Row {
  readonly section: string
  readonly kind: SampleKind
  readonly composition: string
  readonly decision: string
  /** The reservations after the decision. Undefined if the table has no column for reservations. */
  readonly reserved: string | undefined
}

const SECTIONS = ['One rule', '`chain`', '`when`', '`anyOf`', '`parallel`', '`denyIf`', '`failOpen`', '`shadow`', '`commit`']
const ROW = /^\| (\w+) \| `(.+?)` \| ([^|]+) \|(?: ([^|]*)\|)?$/gm

function isKind(word: string): word is SampleKind {
  return Object.hasOwn(SAMPLES, word)
}

function parseRows(): readonly Row[] {
  return page.split(/^## /m).flatMap((part) => {
    const section = part.split('\n', 1)[0] ?? ''
    return [...part.matchAll(ROW)].flatMap(([, kind = '', composition = '', decision = '', reserved]): readonly Row[] =>
      isKind(kind) ? [{ section, kind, composition, decision, reserved: reserved?.trim() }] : [],
    )
  })
}

function formatDecision(decision: Decision<SampleRefusing>): string {
  if (decision.kind !== 'proceed') return `${decision.kind} by ${decision.rule}`
  const answer = Object.entries(decision.response)
    .sort()
    .map(([field, value]) => `${field}: ${value}`)
  const allowed = decision.rule === null ? '' : `, allowed by ${decision.rule}`
  return `proceed${allowed}${answer.length > 0 ? ` {${answer.join(', ')}}` : ''}`
}

describe.each(SECTIONS)('the table of %s', (section) => {
  const table = parseRows().filter((row) => row.section.startsWith(section))

  test(`the table of ${section} has at least three rows`, () => {
    expect(table.length).toBeGreaterThan(2)
  })

  test.each(table)('$kind: $composition -> $decision', async ({ kind, composition, decision, reserved }) => {
    const clock = autoClock()
    const made = new Set<string>()
    // All rules of the tables have the type of a refusing trigger. The engine checks at run time which outcomes each kind of trigger
    // permits.
    const decided = await run(kind, chain(build(parse(composition), undefined, undefined, made)), sampleEvent, clock)
    expect(formatDecision(decided)).toBe(decision)
    if (reserved !== undefined) expect([...made].join(', ')).toBe(reserved)
    expect(clock.pending()).toBe(0)
  })
})

test('every row of docs/reference/semantics.md is in one of the tested tables', () => {
  const kinds = Object.keys(SAMPLES).join('|')
  const pipes = page.split('\n').filter((line) => new RegExp(`^\\| (${kinds}) `).test(line)).length
  expect(parseRows().filter(({ section }) => SECTIONS.some((each) => section.startsWith(each)))).toHaveLength(pipes)
})
