import { escapeText } from './escape.ts'

/** How wide output for people may be. */
export const WIDTH = 100

/** Lays out rows in aligned columns, each line within the width. Cells are escaped first, since that changes their width. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[], indent: string = '  '): readonly string[] {
  const all = [head, ...rows].map((row) => row.map(escapeText))
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => cut(`${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()))
}

/** Cuts a text that is too long for a line. */
export function cut(text: string, width: number = WIDTH): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Breaks a text into lines between words; a longer word stays whole, so that it can be copied. Line breaks in it are escaped. */
export function wrapped(text: string, indent: string, width: number = WIDTH): readonly string[] {
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
