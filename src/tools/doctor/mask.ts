// Three: passwords of this length exist, and a complaint still names its variable without such a word.
const SHORTEST = 3
// Shorter parts, such as `com`, are masked only as whole words. Longer ones hardly stand in other words by chance.
const SHORTEST_ANYWHERE = 6

const ESCAPE = String.raw`\\[bfnrt]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}`
const SEPARATORS = [
  // The parts of an address, a list or JSON, such as a password with punctuation.
  /[\s:/@?&=;,"'`()[\]{}<>|#\\]+/,
  /[^\p{L}\p{N}]+/u,
  // JSON and addresses write some characters as escapes: `n` of `\n` is no letter of the word behind it.
  new RegExp(`(?:${ESCAPE}|[^\\p{L}\\p{N}])+`, 'u'),
]
const WORD_BEGINS = `(?:(?<![\\p{L}\\p{N}])|(?<=${ESCAPE}))`
const WORD_ENDS = '(?![\\p{L}\\p{N}])'

/**
 * Returns a function that replaces values in a text by `...`, in upper and lower case: the whole values, as they are, as JSON
 * and as addresses write them, and all of their parts of three characters or more.
 *
 * @param kept Texts that stay, such as the names of variables.
 * @example
 * createMasker(['postgres://me:hunter2@db'], [])('no access for hunter2') // 'no access for ...'
 */
export function createMasker(values: readonly string[], kept: readonly string[]): (text: string) => string {
  const names = kept.filter((name) => name !== '').map((text) => ({ text, pattern: `(?<!\\w)${escapePattern(text)}(?!\\w)` }))
  const parts = [...new Set(values.flatMap(splitValue))]
    .filter((part) => part.length >= SHORTEST)
    .map((text) => ({ text, pattern: toPattern(text) }))
  // The longest first: one may begin with another. A name comes before a part that is equal to it.
  const sorted = [...names, ...parts].toSorted((left, right) => right.text.length - left.text.length)
  const masked = new RegExp(sorted.map(({ pattern }) => pattern).join('|') || '(?!)', 'gu')
  return (text) => {
    try {
      return text.replaceAll(masked, (found) => (kept.includes(found) ? found : '...'))
    } catch {
      // V8 refuses the expression when a template sets many times what Lambda accepts.
      return '...'
    }
  }
}

function splitValue(value: string): readonly string[] {
  const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]
  const parts = SEPARATORS.flatMap((separator) => value.split(separator))
  return [...written, ...parts.flatMap((part) => [part, tryDecode(part)])].map((part) => part.trim())
}

/** A password in an address is escaped, and a handler prints the one that it has read. */
function tryDecode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function toPattern(part: string): string {
  // Only the parts ignore the case: a name is written in its own.
  const pattern = escapePattern(part).replaceAll(/\p{L}/gu, (letter) => `[${letter}${letter.toLowerCase()}${letter.toUpperCase()}]`)
  return part.length >= SHORTEST_ANYWHERE ? pattern : `${WORD_BEGINS}${pattern}${WORD_ENDS}`
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
