import { wrapText } from './text.ts'

/** A term, such as an option or an exit code, and its description. A line break in the description starts a new line. */
export type HelpEntry = readonly [term: string, description: string]

/** A part of a help text: a paragraph, or a titled list of entries or of lines. */
type HelpSection =
  | string
  | { readonly title?: string; readonly entries: readonly HelpEntry[] }
  | { readonly title: string; readonly lines: readonly string[] }

const INDENT = '  '
// The maximum width of a term, in columns. The description of a longer term is printed on the next line.
const MAX_TERM_WIDTH = 28

/**
 * Formats a help text. Wraps paragraphs and descriptions, and aligns the descriptions of a list.
 *
 * @example
 * formatHelp(['Explain one event.', { title: 'Usage', lines: ['lifeguard explain FILE'] }])
 * // ['Explain one event.', '', 'Usage:', '  lifeguard explain FILE']
 */
export function formatHelp(sections: readonly HelpSection[]): readonly string[] {
  return sections.flatMap((section, index) => [...(index === 0 ? [] : ['']), ...formatSection(section)])
}

function formatSection(section: HelpSection): readonly string[] {
  if (typeof section === 'string') return wrapText(section, '')
  const head = section.title === undefined ? [] : [`${section.title}:`]
  if ('lines' in section) return [...head, ...section.lines.map((line) => `${INDENT}${line}`)]
  const width = Math.max(...section.entries.map(([term]) => term.length).filter((length) => length <= MAX_TERM_WIDTH))
  return [...head, ...section.entries.flatMap((entry) => formatEntry(entry, width))]
}

function formatEntry([term, description]: HelpEntry, width: number): readonly string[] {
  const indent = ' '.repeat(width + 2 * INDENT.length)
  const [first = '', ...more] = description.split('\n').flatMap((line) => wrapText(line, indent))
  return term.length > width
    ? [`${INDENT}${term}`, first, ...more]
    : [`${INDENT}${term.padEnd(width)}${INDENT}${first.trimStart()}`, ...more]
}
