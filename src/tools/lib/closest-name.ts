const MAX_DISTANCE = 2

/**
 * Returns the name that a mistyped word most likely means, or undefined if no name is close.
 *
 * @example
 * findClosestName('repaly', ['explain', 'replay']) // 'replay'
 */
export function findClosestName(word: string, names: readonly string[]): string | undefined {
  let closest: string | undefined
  // Short words allow fewer mistakes, because they are close to many names: `deploy` must not suggest `replay`.
  let limit = Math.min(MAX_DISTANCE, Math.floor((word.length + 1) / 4))
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue
    const distance = countEdits(word, name)
    if (distance > limit || (closest !== undefined && distance === limit)) continue
    closest = name
    limit = distance
  }
  return closest
}

/**
 * Counts the edits between two words: inserted, deleted, replaced and swapped neighbouring characters.
 *
 * @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
 */
function countEdits(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const [deleted = 0, inserted = 0, replaced = 0] = [last[column], current[column - 1], last[column - 1]]
      current.push(
        Math.min(
          deleted + 1,
          inserted + 1,
          replaced + same,
          swapped ? (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
