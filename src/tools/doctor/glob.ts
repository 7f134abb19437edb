/**
 * Returns true if a string matches a pattern with the wildcards `*` and `?`.
 * Uses no regular expression, because a pattern with many `*` could take exponential time.
 *
 * @example
 * matchesGlob('dynamodb:*Item', 'dynamodb:GetItem') // true
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, inPattern, textAfterStar, afterStar] = [0, 0, 0, -1]
  while (at < text.length) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      inPattern += 1
      afterStar = inPattern
      textAfterStar = at
    } else if (wanted === '?' || wanted === text[at]) {
      at += 1
      inPattern += 1
    } else if (afterStar >= 0) {
      // Backtracks, so that the last `*` matches one more character.
      textAfterStar += 1
      at = textAfterStar
      inPattern = afterStar
    } else return false
  }
  return /^\**$/.test(pattern.slice(inPattern))
}
