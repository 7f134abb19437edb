/** The quartiles of some figures: half of them lie between `lower` and `upper`. */
export interface Quartiles {
  readonly lower: number
  readonly median: number
  readonly upper: number
}

/**
 * Returns the quantile of some figures, interpolated linearly between its two neighbours.
 *
 * @param share From 0 to 1: 0.99 for the 99th percentile.
 * @throws RangeError when `figures` is empty.
 */
export function quantile(figures: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(figures).sort()
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new RangeError('A quantile needs at least one figure')
  return below + (above - below) * (place - Math.floor(place))
}

/** Returns the quartiles of some figures. */
export function quartiles(figures: readonly number[]): Quartiles {
  return { lower: quantile(figures, 0.25), median: quantile(figures, 0.5), upper: quantile(figures, 0.75) }
}

/**
 * Compares two series round by round. Only figures of the same round are comparable, because the speed of the machine changes more
 * between rounds than within a round.
 *
 * @throws RangeError when one series has more rounds than the other.
 * @example
 * pairFigures(ours, theirs, (our, their) => our / their)
 */
export function pairFigures(ours: readonly number[], theirs: readonly number[], compare: (our: number, their: number) => number): number[] {
  if (ours.length !== theirs.length) throw new RangeError(`${ours.length} rounds cannot be paired with ${theirs.length}`)
  return ours.flatMap((our, round) => {
    const their = theirs[round]
    return their === undefined ? [] : [compare(our, their)]
  })
}
