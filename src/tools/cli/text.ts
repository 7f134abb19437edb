// Controls and formats (C0, DEL, C1, bidi, zero width, tags), line and paragraph separators, lone surrogates, and everything
// else that Unicode lets a renderer leave out: fillers, variation selectors, reserved invisible characters.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * Escapes the characters of a text that steer a terminal or cannot be seen, line breaks included. The escapes are those of JSON,
 * so JSON text keeps its meaning. Escaping a text twice is the same as escaping it once.
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
 * Returns a number with its noun.
 *
 * @example
 * counted(2, 'file') // '2 files'
 */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** How wide output for people may be. */
export const WIDTH = 100

/** Lays out rows in aligned columns, each line within the width. Cells are escaped first, since that changes their width. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[], indent: string = '  '): readonly string[] {
  const all = [head, ...rows].map((row) => row.map(escapeText))
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => truncate(`${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()))
}

/** Cuts a text that is too long for a line. */
export function truncate(text: string, width: number = WIDTH): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Breaks a text into lines between words; a longer word stays whole, so that it can be copied. Line breaks in it are escaped. */
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
 * A text as one word of a POSIX shell, in quotes that nothing in it can end.
 *
 * @example
 * quoted("it's")     // 'it'\''s'
 * quoted('apps/my')  // apps/my
 */
export function quote(text: string): string {
  return /^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
