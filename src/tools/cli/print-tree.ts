import type { ExplainedRule } from '../replay/explain.ts'
import { causeOf } from './cause.ts'
import { escapeText } from './escape.ts'
import { type Line, type Style, styled } from './io.ts'
import { wrapped } from './text.ts'

interface Row {
  readonly branch: string
  readonly rule: ExplainedRule
}

// A handler's log may hold any word in place of an outcome.
const COLOURS: ReadonlyMap<string, Style> = new Map([
  ['allow', 'green'],
  ['done', 'green'],
  ['deny', 'yellow'],
  ['broken', 'red'],
  ['skip', 'dim'],
])
const MOST_BRANCH = 44

/** The lines of a composition's tree, with what each rule said in a column of its own. */
export function treeLines(rules: readonly ExplainedRule[]): readonly Line[] {
  const rows = rowsOf(rules, '')
  const width = Math.min(MOST_BRANCH, Math.max(...rows.map(({ branch }) => branch.length)))
  return rows.flatMap(({ branch, rule }): readonly Line[] => {
    const start = branch.padEnd(width)
    const { said } = rule
    if (said === undefined) return [styled('dim', `${start}  not run  ${rule.notRun ?? ''}`)]
    const reason = escapeText(
      [said.reason, said.shadow && '(shadow)', said.overrides && `overrides ${said.overrides.join(', ')}`].filter(Boolean).join(' '),
    )
    const outcome = styled(COLOURS.get(said.outcome) ?? 'dim', said.outcome.padEnd(7))
    const line = [`${start}  `, outcome, `  ${reason.padEnd(28)}  ${said.ms.toFixed(1).padStart(7)} ms`]
    const more = causeOf(said) ?? said.detail
    return more === undefined ? [line] : [line, ...wrapped(more, ' '.repeat(width + 11))]
  })
}

function rowsOf(rules: readonly ExplainedRule[], indent: string): readonly Row[] {
  return rules.flatMap((rule, index) => {
    const last = index === rules.length - 1
    const branch = `${indent}${last ? '└─' : '├─'} ${escapeText(rule.name)}`
    return [{ branch, rule }, ...rowsOf(rule.children, `${indent}${last ? '   ' : '│  '}`)]
  })
}
