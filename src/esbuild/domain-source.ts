import { formatPatternFault, normalisePattern } from '../shared/email/domain-list.ts'
import type { Line } from '../shared/lines.ts'

/** The patterns of a text, and what is wrong with its other lines. */
export interface DomainSource {
  /** Normalised, in the order of the lines. */
  readonly patterns: readonly string[]
  /** The first lines that hold no pattern, at most 20. */
  readonly faults: readonly { readonly line: number; readonly what: string }[]
  /** How many lines hold no pattern. */
  readonly faulty: number
}

// A file of another kind has a million of them.
const MOST_FAULTS = 20

const EVERY = "'*' lets everybody in, which takes no list: write it into the setting or the rule itself, where it stands alone and is seen"

/** Reads a list in plain text: one pattern a line, `#` at the beginning for a comment. */
export async function readDomainSource(lines: AsyncIterable<Line>): Promise<DomainSource> {
  const patterns: string[] = []
  const faults: { line: number; what: string }[] = []
  let faulty = 0
  for await (const { number, text } of lines) {
    if (text.startsWith('#')) continue
    const pattern = normalisePattern(text)
    if (pattern !== undefined) {
      patterns.push(pattern)
      continue
    }
    faulty += 1
    if (faults.length < MOST_FAULTS) faults.push({ line: number, what: text === '*' ? EVERY : formatPatternFault(text) })
  }
  return { patterns, faults, faulty }
}

/** Returns the faults as lines, `LIST:LINE: what is wrong`, and how many there are besides. */
export function formatFaults(list: string, { faults, faulty }: DomainSource): readonly string[] {
  const more = faulty - faults.length
  return [...faults.map(({ line, what }) => `${list}:${line}: ${what}`), ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : [])]
}

/** What a line should hold. */
export const EXPECTED_LINE = "expected one domain a line ('example.com'), or one after '*.' for all below it ('*.example.org')"
