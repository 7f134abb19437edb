import type { Outcome } from './goals.ts'

/** Alignment of a column: `left` for words, `right` for figures. */
export type Align = 'left' | 'right'

/** Formats rows as a text table with aligned columns. */
export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[], aligns: readonly Align[]): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const cell = (text: string, column: number): string =>
    aligns[column] === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
  return all.map((row) => row.map(cell).join('  ').trimEnd())
}

/** Formats rows as a Markdown table. */
export function formatMarkdown(head: readonly string[], rows: readonly (readonly string[])[], aligns: readonly Align[]): readonly string[] {
  const line = (row: readonly string[]): string => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `| ${head.map((_, column) => (aligns[column] === 'right' ? '---:' : '---')).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)]
}

/** The head of a table of comparisons. */
export const OUTCOME_HEAD: readonly string[] = ['measure', 'compared with', 'goal: at most', 'median', 'quartiles', 'goal met']
export const OUTCOME_ALIGNS: readonly Align[] = ['left', 'left', 'right', 'right', 'right', 'left']

/** Formats the result of a comparison as a row of a table. */
export function outcomeRow({ what, against, atMost, figures, rounds, holds, ...compared }: Outcome): readonly string[] {
  const { lower, median, upper } = figures
  return [
    what,
    against,
    atMost === undefined ? '' : formatFigure(atMost, compared, String),
    formatFigure(median, compared, digits),
    rounds === 1 || compared.comparison === 'value' ? '' : `${digits(lower)} to ${digits(upper)}`,
    holds === undefined ? '' : holds ? 'yes' : 'no',
  ]
}

function formatFigure(
  figure: number,
  { comparison, unit }: Pick<Outcome, 'comparison' | 'unit'>,
  write: (figure: number) => string,
): string {
  if (comparison === 'ratio') return `${write(figure)}${unit}`
  const sign = comparison === 'difference' && figure >= 0 ? '+' : ''
  return `${sign}${write(figure)} ${unit}`
}

/** Formats a figure with about three significant digits. */
export function digits(figure: number): string {
  const size = Math.abs(figure)
  return figure.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
}
