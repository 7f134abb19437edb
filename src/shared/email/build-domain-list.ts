import { checkOf, ENTRY_HEAD, FIELD, HEADER_LENGTH, INDEX_ENTRY, MAGIC, VERSION } from './domain-list-format.ts'

/** How many entries a block has. More would make the file smaller and a look-up longer: it reads a block to its end. */
const BLOCK_ENTRIES = 8

/** A list as it lies in its file, and what became of the patterns. */
export interface BuiltBytes {
  readonly bytes: Uint8Array
  /** How many patterns it holds. */
  readonly patterns: number
  /** How many stood there before. */
  readonly duplicates: number
  /** How many were left out because a wildcard matches all that they match. */
  readonly covered: number
}

/**
 * Lays out patterns as the bytes that readDomainList takes.
 *
 * @param patterns As normalisePattern writes them.
 * @throws TypeError when there is none.
 */
export function buildDomainList(patterns: readonly string[]): BuiltBytes {
  if (patterns.length === 0) throw new TypeError('A domain list needs at least one pattern')
  const { entries, duplicates, covered } = entriesOf(patterns)
  // The empty one makes sure that every domain has an entry before it, and so a block to prove by that it is not there.
  return { bytes: bytesOf(['', ...entries], entries.length), patterns: entries.length, duplicates, covered }
}

/**
 * The patterns backwards, in order: all domains of a suffix stand together, behind the wildcard of that suffix, because `*` comes
 * before what a domain has. Of what a wildcard covers nothing may stay: a look-up asks for nothing but the entry before a domain.
 */
function entriesOf(patterns: readonly string[]): {
  readonly entries: readonly string[]
  readonly duplicates: number
  readonly covered: number
} {
  const entries: string[] = []
  let duplicates = 0
  let covered = 0
  let last: string | undefined
  let cover: string | undefined
  for (const entry of patterns.map((pattern) => Array.from(pattern).reverse().join('')).sort(byCharacters)) {
    if (entry === last) duplicates += 1
    else if (cover !== undefined && entry.startsWith(cover)) covered += 1
    else {
      entries.push(entry)
      if (entry.endsWith('*')) cover = entry.slice(0, -1)
    }
    last = entry
  }
  return { entries, duplicates, covered }
}

function bytesOf(entries: readonly string[], patterns: number): Uint8Array {
  const blocks = Math.ceil(entries.length / BLOCK_ENTRIES)
  const bytes = new Uint8Array(entries.reduce((sum, { length }) => sum + ENTRY_HEAD + length, HEADER_LENGTH + blocks * INDEX_ENTRY))
  const starts: number[] = []
  let end = HEADER_LENGTH + blocks * INDEX_ENTRY
  entries.forEach((entry, at) => {
    const first = at % BLOCK_ENTRIES === 0
    if (first) starts.push(end)
    const shared = first ? 0 : inCommon(entries[at - 1] ?? '', entry)
    bytes[end] = shared
    bytes[end + 1] = entry.length - shared
    end += ENTRY_HEAD
    for (let char = shared; char < entry.length; char += 1, end += 1) bytes[end] = entry.charCodeAt(char)
  })
  return withHeader(bytes.slice(0, end), starts, patterns)
}

function withHeader(bytes: Uint8Array, starts: readonly number[], patterns: number): Uint8Array {
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(FIELD.version, VERSION, true)
  view.setUint32(FIELD.length, bytes.length, true)
  view.setUint32(FIELD.patterns, patterns, true)
  view.setUint32(FIELD.blocks, starts.length, true)
  view.setInt32(FIELD.check, checkOf(bytes, 0, FIELD.check, 0), true)
  starts.forEach((start, block) => {
    const next = starts[block + 1]
    const end = next === undefined ? bytes.length : next + ENTRY_HEAD + (bytes[next + 1] ?? 0)
    const at = HEADER_LENGTH + block * INDEX_ENTRY
    view.setUint32(at, start, true)
    view.setInt32(at + 4, checkOf(bytes, start, end, block), true)
  })
  return bytes
}

function byCharacters(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function inCommon(one: string, other: string): number {
  let same = 0
  while (same < one.length && one[same] === other[same]) same += 1
  return same
}
