// The minimum length of a masked part. Passwords of three characters exist, but masking shorter parts would make messages unreadable.
const SHORTEST = 3
// Parts of this length are masked also inside words. Shorter parts, such as `com`, are masked only as whole words.
const SHORTEST_ANYWHERE = 6

const ESCAPE = String.raw`\\[bfnrt]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}`
const SEPARATORS = [
  // Splits URLs, lists and JSON, but keeps a password with punctuation together.
  /[\s:/@?&=;,"'`()[\]{}<>|#\\]+/,
  /[^\p{L}\p{N}]+/u,
  // Escape sequences of JSON and URLs also separate words: the `n` of `\n` does not belong to the next word.
  new RegExp(`(?:${ESCAPE}|[^\\p{L}\\p{N}])+`, 'u'),
]
const WORD_BEGINS = `(?:(?<![\\p{L}\\p{N}])|(?<=${ESCAPE}))`
const WORD_ENDS = '(?![\\p{L}\\p{N}])'

/**
 * Returns a function that replaces secret values in a message by `...`. It replaces whole values (plain, JSON-escaped and
 * URL-encoded) and all of their parts of three characters or more, and ignores case.
 *
 * @param kept Words that are not replaced, such as the names of variables.
 * @example
 * createMasker(['postgres://me:hunter2@db'], [])('no access for hunter2') // 'no access for ...'
 */
export function createMasker(values: readonly string[], kept: readonly string[]): (text: string) => string {
  const names = kept.filter((name) => name !== '').map((text) => ({ text, pattern: `(?<!\\w)${escapePattern(text)}(?!\\w)` }))
  const parts = [...new Set(values.flatMap(splitValue))]
    .filter((part) => part.length >= SHORTEST)
    .map((text) => ({ text, pattern: toPattern(text) }))
  // Puts long patterns first, because a short pattern can be the start of a long one. The sort is stable, so if a name and a
  // part have the same length, the name is first and stays unmasked.
  const sorted = [...names, ...parts].toSorted((left, right) => right.text.length - left.text.length)
  const masked = new RegExp(sorted.map(({ pattern }) => pattern).join('|') || '(?!)', 'gu')
  return (text) => {
    try {
      return text.replaceAll(masked, (found) => (kept.includes(found) ? found : '...'))
    } catch {
      // V8 rejects an expression that is too large. This happens only for far more variables than Lambda accepts.
      return '...'
    }
  }
}

function splitValue(value: string): readonly string[] {
  const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]
  const parts = SEPARATORS.flatMap((separator) => value.split(separator))
  return [...written, ...parts.flatMap((part) => [part, tryDecode(part)])].map((part) => part.trim())
}

/** Decodes a part of a URL, because a handler may print the decoded password of a URL. */
function tryDecode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function toPattern(part: string): string {
  // Ignores the case, because a handler may print a secret in another case.
  const pattern = escapePattern(part).replaceAll(/\p{L}/gu, (letter) => `[${letter}${letter.toLowerCase()}${letter.toUpperCase()}]`)
  return part.length >= SHORTEST_ANYWHERE ? pattern : `${WORD_BEGINS}${pattern}${WORD_ENDS}`
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
