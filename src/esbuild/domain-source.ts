import { formatPatternFault, normalisePattern } from '../shared/email/domain-list.ts'
import type { Line } from '../shared/lines.ts'

/** The patterns of a text list, and the problems of its other lines. */
export interface DomainSource {
  /** Normalised patterns, in line order. */
  readonly patterns: readonly string[]
  /** The first lines without a valid pattern, at most 20. */
  readonly faults: readonly { readonly line: number; readonly what: string }[]
  /** Number of lines without a valid pattern. */
  readonly faulty: number
}

// A file that is not a domain list may have a million faulty lines, so only the first ones are listed.
const MOST_FAULTS = 20

const EVERY = "'*' allows every domain and is not valid in a list; write it directly in the setting or the rule"

/** Parses a text list with one pattern per line. Lines that start with `#` are comments. */
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

/** Formats the faults as `LIST:LINE: problem`. If some faults are not listed, a last line counts them. */
export function formatFaults(list: string, { faults, faulty }: DomainSource): readonly string[] {
  const more = faulty - faults.length
  return [...faults.map(({ line, what }) => `${list}:${line}: ${what}`), ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : [])]
}

/** The expected format of a line, for error messages. */
export const EXPECTED_LINE = "expected one domain per line ('example.com'), or '*.' and a domain for all its subdomains ('*.example.org')"
