// Matches characters that may control a terminal or be invisible: control characters, format characters, lone surrogates, line
// separators and paragraph separators. `Default_Ignorable_Code_Point` covers all other characters that a renderer may hide.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * Escapes control characters, invisible characters and line breaks, so that untrusted text cannot control the terminal. Uses the
 * escapes of JSON, so JSON text keeps its meaning. Idempotent: escaped text stays unchanged.
 *
 * @example
 * escapeText('a\u001b[2Jb\n') // 'a\\u001b[2Jb\\n'
 */
export function escapeText(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => SHORT.get(character) ?? character.replaceAll(/./gs, escapeUnit))
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Formats a number with its noun in singular or plural.
 *
 * @example
 * formatCount(2, 'file') // '2 files'
 */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The maximum width of text output, in columns. */
export const WIDTH = 100

/** Formats rows as aligned columns, and cuts lines at {@link WIDTH}. Escapes the cells first, because that changes their width. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[], indent: string = '  '): readonly string[] {
  const all = [head, ...rows].map((row) => row.map(escapeText))
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => truncate(`${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()))
}

/** Cuts a text to a width, and marks the cut with `…`. */
export function truncate(text: string, width: number = WIDTH): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Wraps a text between words, and escapes its line breaks. A word longer than a line stays whole, so it can be copied. */
export function wrapText(text: string, indent: string, width: number = WIDTH): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of escapeText(text).split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => `${indent}${each}`)
}

/**
 * Quotes a text as one word of a POSIX shell, if it needs quotes.
 *
 * @example
 * quote("it's")     // 'it'\''s'
 * quote('apps/my')  // apps/my
 */
export function quote(text: string): string {
  return /^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
