import { formatPatternFault, normalisePattern } from '../shared/email/domain-list.ts'
import type { Line } from '../shared/lines.ts'

/** The patterns of a list's source, and the problems of its other entries. */
export interface DomainSource {
  /** Normalised patterns, in the order of the source. */
  readonly patterns: readonly string[]
  /** The first entries without a valid pattern, at most 20. `place` is `:3` for line 3, or `: entry 3` of a JSON array. */
  readonly faults: readonly { readonly place: string; readonly what: string }[]
  /** Number of entries without a valid pattern. */
  readonly faulty: number
}

// A file that is not a domain list may have a million faulty lines, so only the first ones are listed.
const MOST_FAULTS = 20

const EVERY = "'*' allows every domain and is not valid in a list; write it directly in the setting or the rule"

/** Matches the start of JSON. No pattern starts with one of these characters. */
const JSON_START = /^["[{]/

interface Entry {
  readonly place: string
  readonly text: unknown
}

/**
 * Parses the source of a list: text with one pattern per line, or a JSON array of patterns. Text lines that start with `#` are comments.
 *
 * @throws SyntaxError if the source is JSON, but not an array.
 */
export async function readDomainSource(lines: AsyncIterable<Line>): Promise<DomainSource> {
  const patterns: string[] = []
  const faults: { place: string; what: string }[] = []
  let faulty = 0
  for await (const { place, text } of readEntries(lines)) {
    const pattern = typeof text === 'string' ? normalisePattern(text) : undefined
    if (pattern !== undefined) {
      patterns.push(pattern)
      continue
    }
    faulty += 1
    if (faults.length < MOST_FAULTS) faults.push({ place, what: describeFault(text) })
  }
  return { patterns, faults, faulty }
}

async function* readEntries(lines: AsyncIterable<Line>): AsyncGenerator<Entry> {
  const json: string[] = []
  let isText = false
  for await (const { number, text } of lines) {
    if (json.length > 0 || (!isText && JSON_START.test(text))) json.push(text)
    else if (!text.startsWith('#')) {
      isText = true
      yield { place: `:${number}`, text }
    }
  }
  if (json.length > 0) yield* parseJsonEntries(json.join('\n')).map((text, index) => ({ place: `: entry ${index + 1}`, text }))
}

function parseJsonEntries(json: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new SyntaxError(`looks like JSON, but is not valid JSON; ${EXPECTED_ARRAY}`)
  }
  if (!Array.isArray(value)) throw new SyntaxError(`is JSON, but not an array; ${EXPECTED_ARRAY}`)
  return value
}

function describeFault(text: unknown): string {
  if (typeof text !== 'string') return `is ${text === null ? 'null' : Array.isArray(text) ? 'an array' : `a value of type ${typeof text}`}`
  return text === '*' ? EVERY : formatPatternFault(text)
}

/** Formats the faults as `LIST:LINE: problem`. If some faults are not listed, a last line counts them. */
export function formatFaults(list: string, { faults, faulty }: DomainSource): readonly string[] {
  const more = faulty - faults.length
  return [...faults.map(({ place, what }) => `${list}${place}: ${what}`), ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : [])]
}

const EXPECTED_ARRAY = 'expected a JSON array of strings (["example.com", "*.example.org"]), or text with one pattern per line'

/** The expected format of an entry, for error messages. */
export const EXPECTED_LINE =
  "expected one pattern per line: a domain ('example.com'), its subdomains ('*.example.org'), both ('.example.net') or an address ('ann@example.com')"
