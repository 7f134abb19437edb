/**
 * A number from 0 up to 1 that depends on nothing but the seed and the words. Without a state, what is drawn for one call
 * does not depend on which calls came before it: the same seed means the same faults, however processes are scheduled.
 *
 * @example
 * draw(42, 'kill', 'PostConfirmation', 17) < 0.01
 */
export function draw(seed: number, ...words: readonly (string | number)[]): number {
  // FNV-1a over the text, then a finaliser: the hash alone hardly differs between texts that end alike.
  let hash = 0x811c9dc5
  for (const character of `${seed}\n${words.join('\n')}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** One of a few things. */
export function pick<V>(choices: readonly [V, ...V[]], drawn: number): V {
  return choices[Math.floor(drawn * choices.length)] ?? choices[0]
}

/** A version 4 UUID that is the same for the same seed and words: as the `sub` of a user. */
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
