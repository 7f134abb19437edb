// A shorter value would be taken out of other words.
const SHORTEST = 4

/**
 * Returns a function that takes values out of a text: as they are, as JSON writes them, and as addresses do. Of a value with
 * several parts, such as a connection string or a key of several lines, each part is taken out as well.
 *
 * @param kept Texts that stay, such as the names of variables.
 * @example
 * maskerOf(['postgres://me:hunter2@db'], [])('no access for hunter2') // 'no access for ...'
 */
export function maskerOf(values: readonly string[], kept: readonly string[]): (text: string) => string {
  const parts = values.flatMap((value) => [value, ...(/[@=\n]/.test(value) ? value.split(/[\s:/@?&=;,]+/) : [])])
  const written = parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part.toWellFormed())])
  const masked = [...new Set(written)].filter((each) => each.length >= SHORTEST && !kept.includes(each))
  // The longest first: one may begin with another.
  const sorted = masked.toSorted((left, right) => right.length - left.length)
  return (text) => sorted.reduce((rest, each) => rest.replaceAll(each, '...'), text)
}
