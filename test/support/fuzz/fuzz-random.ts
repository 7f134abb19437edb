/** A reproducible random generator: the same seed and stream give the same numbers on every machine. */
export interface Random {
  /** Returns an integer from 0 (inclusive) to the limit (exclusive). */
  readonly below: (limit: number) => number
  /** Returns true with this probability, from 0 to 1. */
  readonly chance: (part: number) => boolean
  readonly pick: <V>(choices: readonly V[]) => V
}

/**
 * Creates the generator of one stream (mulberry32). Each fuzzed event has its own stream, so that a failing event can be generated
 * again without the events before it.
 */
export function seededRandom(seed: number, stream: number): Random {
  let state = mixed(mixed(seed) + stream)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (part) => next() < part,
    pick: (choices) => {
      const [chosen] = choices.slice(below(choices.length))
      if (chosen === undefined) throw new RangeError('The list of choices is empty')
      return chosen
    },
  }
}

/** Hashes a number (the finaliser of MurmurHash3), so that neighbouring seeds and streams start differently. */
function mixed(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
