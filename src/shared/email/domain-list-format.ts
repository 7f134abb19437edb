/** What a domain list file begins with. As PNG's: a byte that is no text, and line ends that a transfer as text would change. */
export const MAGIC: readonly number[] = [0x89, 0x4c, 0x47, 0x44, 0x0d, 0x0a, 0x1a, 0x00]

/** The version of the layout, in docs/domain-lists.md. Another layout gets another number. */
export const VERSION = 1

/** Where the header's fields are, in bytes from the start; each is an unsigned 32-bit number, the lowest byte first. */
export const FIELD = { version: 8, length: 12, patterns: 16, blocks: 20, reserved: 24, check: 28 } as const

/** The length of the header in bytes. The index follows it. */
export const HEADER_LENGTH = 32

/** The length of a block's entry in the index in bytes: where it starts, and its check. */
export const INDEX_ENTRY = 8

/** The length of what stands before the characters of an entry in a block: how many it shares with the one before, and how many follow. */
export const ENTRY_HEAD = 2

/** The longest pattern: a wildcard for all below the longest name that DNS carries. */
export const LONGEST_PATTERN = 255

/** What the entry of a wildcard ends with, read backwards. It comes before all characters of a domain. */
export const STAR = 0x2a

/**
 * FNV-1a over some bytes, 32 bits, signed. Every step is a bijection, so damage within one byte never goes unseen.
 *
 * @param seed Goes in first.
 */
export function checkOf(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let check = Math.imul(0x811c9dc5 ^ seed, 0x01000193)
  for (let at = from; at < to; at += 1) check = Math.imul(check ^ (bytes[at] ?? 0), 0x01000193)
  return check
}
