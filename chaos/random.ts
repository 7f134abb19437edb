/**
 * Returns a number from 0 (inclusive) to 1 (exclusive) that depends only on the seed and the words. The function has no state, so the
 * same seed gives each call the same fault, whatever the order of the calls.
 *
 * @example
 * draw(42, 'kill', 'PostConfirmation', 17) < 0.01
 */
export function draw(seed: number, ...words: readonly (string | number)[]): number {
  // Hashes with FNV-1a, then mixes the bits: FNV-1a alone gives similar numbers for strings that differ only near their end.
  let hash = 0x811c9dc5
  for (const character of `${seed}\n${words.join('\n')}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** Returns the choice that a number from `draw` selects. All choices are equally likely. */
export function pick<V>(choices: readonly [V, ...V[]], drawn: number): V {
  return choices[Math.floor(drawn * choices.length)] ?? choices[0]
}

/** Returns a version 4 UUID that depends only on the seed and the words, for example as a user's `sub`. */
export function drawUuid(seed: number, ...words: readonly (string | number)[]): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      Math.floor(draw(seed, ...words, part) * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
