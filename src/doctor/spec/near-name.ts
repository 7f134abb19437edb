/**
 * The name that somebody may have meant.
 *
 * @returns undefined where none is near enough.
 * @example
 * nearName('MemorySise', ['MemorySize', 'Timeout']) // 'MemorySize'
 */
export function nearName(word: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 4))
  let best: { readonly name: string; readonly apart: number } | undefined
  for (const name of names) {
    // Each letter more in one of them is a step; and a template may have a name of any length.
    if (Math.abs(name.length - word.length) > most) continue
    const apart = distance(word.toLowerCase(), name.toLowerCase())
    if (apart <= most && (best === undefined || apart < best.apart)) best = { name, apart }
  }
  return best?.name
}

/** How many letters have to be put in, taken out, exchanged, or swapped with the next. */
function distance(left: string, right: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let row = 1; row <= left.length; row += 1) {
    const line = [row]
    for (let at = 1; at <= right.length; at += 1) {
      const same = left[row - 1] === right[at - 1]
      const swapped = left[row - 1] === right[at - 2] && left[row - 2] === right[at - 1]
      line.push(
        Math.min(
          (last[at] ?? 0) + 1,
          (line[at - 1] ?? 0) + 1,
          (last[at - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[at - 2] ?? Number.POSITIVE_INFINITY) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = last
    last = line
  }
  return last[right.length] ?? 0
}
