import { LifeguardError } from '../rules/errors.ts'
import { type EmailAddress, emailKey, normaliseDomain, parseEmailAddress } from './address.ts'
import { type DomainList, formatPatternFault, normalisePattern, splitPattern } from './domain-list.ts'

// Invariants of a list file
// - Lines are sorted by their bytes, read from right to left. So all names below a domain are together, directly after its wildcard,
//   because `*` sorts before every character of a name. No line contains another `*`.
// - No line's pattern matches another line. So at most one line matches a name, and a binary search finds this line.
// - readDomainList checks both invariants before the first look-up: by the checksum in line 1, or line by line.

/** Thrown if the bytes are not a sorted domain list. The message contains the line number, what was expected and what to do. */
export class InvalidDomainListError extends LifeguardError {
  override readonly name = 'InvalidDomainListError'
  override readonly code = 'invalid-domain-list'
}

/** A domain list in a file that `lifeguard domains build` wrote. */
export interface BuiltDomainList extends DomainList {
  /** Returns the pattern that matches a domain or an email address, if one does. */
  readonly findPattern: (domainOrEmail: string) => string | undefined
  readonly hasAddress: (address: EmailAddress) => boolean
}

const LF = 10
const STAR = 42

/** Matches line 1 of a built list. The checksum is the CRC-32 of all other lines, with the number of patterns as initial value. */
const summary = /^# built by lifeguard domains build; patterns: (\d{1,9}); crc-32: ([\da-f]{8})\n$/
const RUN_BUILD = 'Run lifeguard domains build'

/**
 * Reads a list of domains that `lifeguard domains build` wrote. The list matches the same domains as `domainList` with the same
 * patterns. Each look-up searches the given bytes, so the bytes must not change afterwards.
 *
 * The checksum in line 1 proves that the list is complete and sorted. Without that line, every line is checked, which adds some
 * milliseconds per 1,000 lines to the cold start.
 *
 * @throws InvalidDomainListError if the list is empty, cut off or not sorted, or if a line is not a pattern.
 * @example
 * const staff = readDomainList(readFileSync(new URL('./staff.domains', import.meta.url)))
 * export const handler = preSignUp(allowEmailDomains(staff))
 */
export function readDomainList(bytes: Uint8Array): BuiltDomainList {
  const { first, patterns } = checkList(bytes)

  /** Finds the pattern that matches a normalised domain or address. A wildcard also matches addresses below its domain. */
  const search = (name: string): string | undefined => {
    // `low` and `high` are always the start of a line or the end of the list.
    let low = first
    let high = bytes.length
    while (low < high) {
      let start = (low + high) >>> 1
      let end = start
      while (start > low && bytes[start - 1] !== LF) start -= 1
      while (end < high && bytes[end] !== LF) end += 1
      const order = compareLine(bytes, start, end, name)
      if (order === 0) return bytes[start] === STAR ? `*${name.slice(start + 1 - end)}` : name
      if (order < 0) low = end + 1
      else high = start
    }
    return undefined
  }
  const findDomain = (text: string): string | undefined => {
    const domain = normaliseDomain(text)
    return domain && search(domain)
  }
  const findAddress = (address: EmailAddress): string | undefined => findDomain(address.domain) ?? search(emailKey(address))
  return {
    has: (domain) => findDomain(domain) !== undefined,
    hasAddress: (address) => findAddress(address) !== undefined,
    size: patterns,
    every: false,
    findPattern: (text) => {
      const address = parseEmailAddress(text)
      return address ? findAddress(address) : findDomain(text)
    },
  }
}

/**
 * Compares a line with a name or another line, from right to left.
 *
 * @returns 0 if the line's pattern matches the name, less than 0 if the line sorts before it, more than 0 if it sorts after it.
 */
function compareLine(bytes: Uint8Array, start: number, end: number, name: string): number {
  let at = end - 1
  let char = name.length - 1
  for (; at >= start && char >= 0; at -= 1, char -= 1) {
    const byte = bytes[at] ?? 0
    const code = name.charCodeAt(char)
    if (byte !== code) return byte === STAR ? 0 : byte - code
  }
  return at - start - char
}

interface CheckedList {
  /** The offset of the first pattern. */
  readonly first: number
  readonly patterns: number
}

function checkList(bytes: Uint8Array): CheckedList {
  // Checks the type, because plain JavaScript can pass any value.
  if (!(bytes instanceof Uint8Array))
    throw new InvalidDomainListError(`A domain list must be a Uint8Array, not a value of type ${typeof bytes}`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const second = text.indexOf(LF) + 1
  const [lineOne = '', count = '', sum = ''] = summary.exec(text.toString('latin1', 0, second)) ?? []
  const first = lineOne.length
  if (first === text.length) throw new InvalidDomainListError(`The domain list is empty. ${RUN_BUILD}`)
  if (first > 0 && computeChecksum(text.subarray(first), Number(count)) === sum) return { first, patterns: Number(count) }
  const patterns = checkLines(text, first)
  if (first > 0) {
    const what = 'the checksum does not match, so the list was cut off or edited'
    throw createLineError(1, `${what}; expected ${formatSummaryLine(patterns, text.subarray(first))}`)
  }
  return { first, patterns }
}

/** Checks every line, and returns the number of lines. */
function checkLines(text: Buffer, first: number): number {
  const firstNumber = first === 0 ? 1 : 2
  let number = firstNumber
  let previous = first
  for (let start = first; start < text.length; number += 1) {
    const end = text.indexOf(LF, start)
    if (end === -1) throw createLineError(number, 'found no LF at the end, so the list may be cut off; expected LF')
    const line = text.toString('utf8', start, end)
    const fault = findLineFault(line) ?? (start > first ? findOrderFault(text, previous, start - 1, line) : undefined)
    if (fault !== undefined) throw createLineError(number, fault)
    previous = start
    start = end + 1
  }
  return number - firstNumber
}

function findLineFault(line: string): string | undefined {
  if (line.startsWith('\uFEFF')) return 'found a byte order mark; expected UTF-8 without one'
  if (line.endsWith('\r')) return 'found CR LF; expected LF'
  if (line.startsWith('#')) return "found a comment, which only the input of domains build may have; expected a pattern ('example.com')"
  const pattern = normalisePattern(line)
  if (pattern === undefined) return `${formatPatternFault(line)}; expected a pattern ('example.com', '*.example.org', 'ann@example.com')`
  if (pattern.startsWith('.')) return `'${line}' is two patterns; expected the lines '${splitPattern(pattern).join("' and '")}'`
  return pattern === line ? undefined : `'${line}' is not normalised; expected '${pattern}'`
}

function findOrderFault(text: Buffer, start: number, end: number, line: string): string | undefined {
  const order = compareLine(text, start, end, line)
  if (order < 0) return undefined
  const above = text.toString('latin1', start, end)
  if (above === line) return `'${line}' is a duplicate of the line above; expected every pattern once`
  if (order === 0) return `'${above}' in the line above already matches '${line}'; remove '${line}'`
  return `'${line}' is out of order after '${above}'; expected lines sorted by their reversed text`
}

function createLineError(number: number, fault: string): InvalidDomainListError {
  return new InvalidDomainListError(`Line ${number} of the domain list is wrong: ${fault}. ${RUN_BUILD}`)
}

function computeChecksum(lines: Uint8Array, patterns: number): string {
  // Uses a native checksum, because checking each line would dominate the cold start. Loads `node:zlib` only here, because few handlers
  // read a list.
  const { crc32 } = process.getBuiltinModule('node:zlib')
  return crc32(lines, patterns).toString(16).padStart(8, '0')
}

function formatSummaryLine(patterns: number, lines: Uint8Array): string {
  return `# built by lifeguard domains build; patterns: ${patterns}; crc-32: ${computeChecksum(lines, patterns)}`
}

/** The bytes of a list file, with counts of kept and removed patterns. */
export interface BuiltBytes {
  readonly bytes: Uint8Array
  /** Number of patterns in the list. */
  readonly patterns: number
  /** Number of patterns removed as duplicates. */
  readonly duplicates: number
  /** Number of patterns removed because a wildcard in the list covers them. */
  readonly covered: number
}

/**
 * Returns the bytes of a list file, which {@link readDomainList} reads.
 *
 * @param patterns Patterns normalised by `normalisePattern`.
 * @throws TypeError if `patterns` is empty.
 */
export function buildDomainList(patterns: readonly string[]): BuiltBytes {
  if (patterns.length === 0) throw new TypeError('A domain list needs at least one pattern')
  const lines: string[] = []
  let duplicates = 0
  let covered = 0
  let last: string | undefined
  let cover: string | undefined
  for (const backwards of patterns.flatMap(splitPattern).map(reverse).sort()) {
    if (backwards === last) duplicates += 1
    else if (cover !== undefined && backwards.startsWith(cover)) covered += 1
    else {
      lines.push(reverse(backwards))
      if (backwards.endsWith('.*')) cover = backwards.slice(0, -1)
    }
    last = backwards
  }
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const bytes = Buffer.concat([Buffer.from(`${formatSummaryLine(lines.length, body)}\n`), body])
  return { bytes, patterns: lines.length, duplicates, covered }
}

function reverse(text: string): string {
  return Array.from(text).reverse().join('')
}
