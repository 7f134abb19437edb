import type { Outcome } from './goals.ts'

/** A cell that is lined up with the others of its column: figures to the right. */
export type Align = 'left' | 'right'

/** Lays out rows in aligned columns. */
export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[], aligns: readonly Align[]): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const cell = (text: string, column: number): string =>
    aligns[column] === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
  return all.map((row) => row.map(cell).join('  ').trimEnd())
}

/** The same rows as a table in Markdown. */
export function formatMarkdown(head: readonly string[], rows: readonly (readonly string[])[], aligns: readonly Align[]): readonly string[] {
  const line = (row: readonly string[]): string => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `| ${head.map((_, column) => (aligns[column] === 'right' ? '---:' : '---')).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)]
}

/** The columns of a table of outcomes. */
export const OUTCOME_HEAD: readonly string[] = ['what', 'against', 'at most', 'median', 'quartiles', 'holds']
export const OUTCOME_ALIGNS: readonly Align[] = ['left', 'left', 'right', 'right', 'right', 'left']

/** An outcome as a row of a table. */
export function outcomeRow({ what, against, atMost, figures, rounds, holds, ...compared }: Outcome): readonly string[] {
  const { lower, median, upper } = figures
  return [
    what,
    against,
    atMost === undefined ? '' : measure(atMost, compared, String),
    measure(median, compared, digits),
    rounds === 1 || compared.comparison === 'value' ? '' : `${digits(lower)} to ${digits(upper)}`,
    holds === undefined ? '' : holds ? 'yes' : 'no',
  ]
}

function measure(figure: number, { comparison, unit }: Pick<Outcome, 'comparison' | 'unit'>, write: (figure: number) => string): string {
  if (comparison === 'ratio') return `${write(figure)}${unit}`
  const sign = comparison === 'difference' && figure >= 0 ? '+' : ''
  return `${sign}${write(figure)} ${unit}`
}

/** A figure with as many digits as it is worth. */
export function digits(figure: number): string {
  const size = Math.abs(figure)
  return figure.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
}
