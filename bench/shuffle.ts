import { draw } from '../chaos/random.ts'

/** Shuffles values. The order depends only on the seed and the words, so that a run can be repeated. */
export function shuffle<V>(things: readonly V[], seed: number, ...words: readonly (string | number)[]): V[] {
  return things
    .map((thing, index) => ({ thing, key: draw(seed, ...words, index) }))
    .sort((one, other) => one.key - other.key)
    .map(({ thing }) => thing)
}
