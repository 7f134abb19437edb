/**
 * Returns the number of runs of a random test: the environment variable `LIFEGUARD_RUNS` if it is set, else `usual`.
 *
 * @throws RangeError if `LIFEGUARD_RUNS` is not a positive whole number.
 */
export function runs(usual: number): number {
  const wanted = process.env.LIFEGUARD_RUNS
  if (wanted === undefined || wanted === '') return usual
  const count = Number(wanted)
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`LIFEGUARD_RUNS is '${wanted}'; expected a positive whole number`)
  return count
}
