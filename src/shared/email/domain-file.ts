import { normaliseDomain } from './address.ts'
import type { DomainList } from './domain-list.ts'
import { checkOf, ENTRY_HEAD, HEADER_LENGTH, INDEX_ENTRY, LONGEST_PATTERN, STAR } from './domain-list-format.ts'
import { headerOf } from './domain-list-header.ts'
import { InvalidDomainList, MAKE_AGAIN } from './invalid-domain-list.ts'

/** A domain list that `lifeguard domains build` made. */
export interface BuiltDomainList extends DomainList {
  /** The pattern that matches a domain, if one does. */
  readonly patternOf: (domain: string) => string | undefined
  /**
   * Checks every block, where a look-up checks the one that it reads.
   *
   * @throws InvalidDomainList when one is damaged.
   */
  readonly verify: () => void
}

/**
 * Takes a list of domains that `lifeguard domains build` made, as it lies in its file. That costs nothing which grows with the
 * list, and a look-up next to nothing; the answers are exactly those of the patterns that it was made of. The bytes must not
 * be changed afterwards.
 *
 * What is wrong with the file as a whole is found here: another format or version, a missing end, an empty list. All else has
 * a check in its own block, and a look-up that reads a damaged block throws: it never answers from damaged bytes.
 *
 * @throws InvalidDomainList when these are not the bytes of a whole list of this version. So does `has`, of a damaged block.
 * @example
 * const staff = readDomainList(readFileSync(new URL('./staff.domains', import.meta.url)))
 * export const handler = preSignUp(allowEmailDomains(staff))
 */
export function readDomainList(bytes: Uint8Array): BuiltDomainList {
  const { patterns, blocks } = headerOf(bytes)
  // Numbers need an aligned place, which a part of a larger buffer may not have.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  const index = new Int32Array(aligned.buffer, aligned.byteOffset + HEADER_LENGTH, (blocks * INDEX_ENTRY) / 4)
  const startOf = (block: number): number => (block < blocks ? (index[block * 2] ?? 0) : bytes.length)
  // What is looked for, backwards. A look-up is never interrupted, so one place does for all.
  const wanted = new Uint8Array(LONGEST_PATTERN)

  /** How many of an entry's own characters are those that are wanted, from one of these on. */
  const inCommon = (at: number, most: number, from: number): number => {
    let same = 0
    while (same < most && bytes[at + same] === wanted[from + same]) same += 1
    return same
  }

  /** The last block whose first entry does not come after what is wanted. */
  const blockFor = (size: number): number => {
    let low = 0
    let high = blocks
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = startOf(middle)
      const length = bytes[at + 1] ?? 0
      const same = inCommon(at + ENTRY_HEAD, Math.min(length, size), 0)
      const comesAfter = same < length && (same === size || (bytes[at + ENTRY_HEAD + same] ?? 0) > (wanted[same] ?? 0))
      if (comesAfter) high = middle
      else low = middle + 1
    }
    return low - 1
  }

  /** A block's check covers the first entry of the next as well: what a block does not hold, between these two, is nowhere. */
  const assertWhole = (block: number): void => {
    const next = startOf(block + 1)
    const end = block + 1 < blocks ? next + ENTRY_HEAD + (bytes[next + 1] ?? 0) : next
    const start = startOf(block)
    // Before the check: a damaged start may be gigabytes away.
    const inside = block >= 0 && start >= HEADER_LENGTH && start < end && end <= bytes.length
    if (!inside || checkOf(bytes, start, end, block) !== index[block * 2 + 1]) {
      throw new InvalidDomainList(`The domain list is damaged, in block ${block} of ${blocks}; ${MAKE_AGAIN}`)
    }
  }

  const patternOf = (text: string): string | undefined => {
    const domain = normaliseDomain(text)
    if (domain === undefined) return undefined
    const size = domain.length
    for (let at = 0; at < size; at += 1) wanted[at] = domain.charCodeAt(size - 1 - at)
    const block = blockFor(size)
    assertWhole(block)
    const end = startOf(block + 1)
    // As many of the wanted characters does the entry before begin with.
    let same = 0
    for (let at = startOf(block); at < end; ) {
      const shared = bytes[at] ?? 0
      const length = bytes[at + 1] ?? 0
      at += ENTRY_HEAD
      // It parts from the entry before where that was still as wanted: it comes after what is wanted, and so do all others.
      if (shared < same) return undefined
      if (shared === same) {
        const own = inCommon(at, Math.min(length, size - same), same)
        same += own
        if (own === length) {
          if (same === size) return domain
        } else {
          const char = bytes[at + own] ?? 0
          if (same === size) return undefined
          if (char === STAR) return `*${domain.slice(size - same)}`
          if (char > (wanted[same] ?? 0)) return undefined
        }
      }
      at += length
    }
    return undefined
  }

  return {
    has: (domain) => patternOf(domain) !== undefined,
    size: patterns,
    every: false,
    patternOf,
    verify: () => {
      for (let block = 0; block < blocks; block += 1) assertWhole(block)
    },
  }
}
