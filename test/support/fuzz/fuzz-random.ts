/** A source of numbers that can be had again: the same seed and stream give the same ones, on every machine. */
export interface Random {
  /** A whole number from 0 up to, and without, the limit. */
  readonly below: (limit: number) => number
  /** True in this part of all cases, from 0 to 1. */
  readonly chance: (part: number) => boolean
  readonly pick: <V>(choices: readonly V[]) => V
}

/**
 * Makes the numbers of one stream (mulberry32). Every fuzzed event has a stream of its own, so that the one that failed can
 * be made again without those before it.
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
      if (chosen === undefined) throw new RangeError('There is nothing to pick from')
      return chosen
    },
  }
}

/** Neighbouring seeds and streams must not begin alike (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
