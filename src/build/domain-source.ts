import type { Line } from '../replay/lines.ts'
import { normalisePattern, patternFault } from '../shared/email/domain-pattern.ts'

/** The patterns of a text, and the lines that hold none. */
export interface DomainSource {
  /** Normalised, in the order of the lines. */
  readonly patterns: readonly string[]
  readonly faults: readonly { readonly line: number; readonly what: string }[]
}

const EVERY = "'*' lets everybody in, which takes no list: write it into the setting or the rule itself, where it stands alone and is seen"

/** Reads a list in plain text: one pattern a line, `#` at the beginning for a comment. */
export async function domainSource(lines: AsyncIterable<Line>): Promise<DomainSource> {
  const patterns: string[] = []
  const faults: { line: number; what: string }[] = []
  for await (const { number, text } of lines) {
    if (text.startsWith('#')) continue
    const pattern = normalisePattern(text)
    if (pattern === undefined) faults.push({ line: number, what: text === '*' ? EVERY : patternFault(text) })
    else patterns.push(pattern)
  }
  return { patterns, faults }
}

/** What a line should hold. */
export const EXPECTED_LINE = "expected one domain a line ('example.com'), or one after '*.' for all below it ('*.example.org')"
