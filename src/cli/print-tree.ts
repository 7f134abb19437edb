import type { ExplainedRule } from '../replay/explain.ts'
import { causeOf } from './cause.ts'
import type { Io } from './io.ts'
import { plain, wrapped } from './table.ts'

interface Row {
  readonly branch: string
  readonly rule: ExplainedRule
}

const COLOURS: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'dim'>> = {
  allow: 'green',
  done: 'green',
  deny: 'yellow',
  broken: 'red',
  skip: 'dim',
}
const MOST_BRANCH = 44

/** The lines of a composition's tree, with what each rule said in a column of its own. */
export function treeLines(rules: readonly ExplainedRule[], paint: Io['paint']): readonly string[] {
  const rows = rowsOf(rules, '')
  const width = Math.min(MOST_BRANCH, Math.max(...rows.map(({ branch }) => branch.length)))
  return rows.flatMap(({ branch, rule }) => {
    const start = branch.padEnd(width)
    const { said } = rule
    if (said === undefined) return [paint('dim', `${start}  not run  ${plain(rule.notRun ?? '')}`)]
    const reason = plain(
      [said.reason, said.shadow && '(shadow)', said.overrides && `overrides ${said.overrides.join(', ')}`].filter(Boolean).join(' '),
    )
    const line = `${start}  ${paint(COLOURS[said.outcome] ?? 'dim', said.outcome.padEnd(7))}  ${reason.padEnd(28)}  ${said.ms.toFixed(1).padStart(7)} ms`
    const more = said.detail === undefined ? causeOf(said) : plain(said.detail)
    return more === undefined ? [line] : [line, ...wrapped(more, ' '.repeat(width + 11))]
  })
}

function rowsOf(rules: readonly ExplainedRule[], indent: string): readonly Row[] {
  return rules.flatMap((rule, index) => {
    const last = index === rules.length - 1
    const branch = `${indent}${last ? '└─' : '├─'} ${plain(rule.name)}`
    return [{ branch, rule }, ...rowsOf(rule.children, `${indent}${last ? '   ' : '│  '}`)]
  })
}
