// Passwords of three characters exist. An error message stays readable without the words of this length.
const SHORTEST = 3
// Shorter parts, such as `com`, are masked only as whole words. Longer ones rarely occur inside other words by chance.
const SHORTEST_ANYWHERE = 6

const ESCAPE = String.raw`\\[bfnrt]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}`
const SEPARATORS = [
  // Splits URLs, lists and JSON, but keeps a password with punctuation together.
  /[\s:/@?&=;,"'`()[\]{}<>|#\\]+/,
  /[^\p{L}\p{N}]+/u,
  // JSON and URLs escape some characters. The `n` of `\n` does not belong to the word after it.
  new RegExp(`(?:${ESCAPE}|[^\\p{L}\\p{N}])+`, 'u'),
]
const WORD_BEGINS = `(?:(?<![\\p{L}\\p{N}])|(?<=${ESCAPE}))`
const WORD_ENDS = '(?![\\p{L}\\p{N}])'

/**
 * Returns a function that replaces secret values in a text by `...`. It replaces whole values (plain, JSON-escaped and
 * URL-encoded) and all of their parts of three characters or more, and ignores case.
 *
 * @param kept Texts that are not replaced, such as the names of variables.
 * @example
 * createMasker(['postgres://me:hunter2@db'], [])('no access for hunter2') // 'no access for ...'
 */
export function createMasker(values: readonly string[], kept: readonly string[]): (text: string) => string {
  const names = kept.filter((name) => name !== '').map((text) => ({ text, pattern: `(?<!\\w)${escapePattern(text)}(?!\\w)` }))
  const parts = [...new Set(values.flatMap(splitValue))]
    .filter((part) => part.length >= SHORTEST)
    .map((text) => ({ text, pattern: toPattern(text) }))
  // The longest first, because one can be the start of another. A name precedes an equal part.
  const sorted = [...names, ...parts].toSorted((left, right) => right.text.length - left.text.length)
  const masked = new RegExp(sorted.map(({ pattern }) => pattern).join('|') || '(?!)', 'gu')
  return (text) => {
    try {
      return text.replaceAll(masked, (found) => (kept.includes(found) ? found : '...'))
    } catch {
      // V8 rejects the expression if a template sets far more than Lambda accepts.
      return '...'
    }
  }
}

function splitValue(value: string): readonly string[] {
  const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]
  const parts = SEPARATORS.flatMap((separator) => value.split(separator))
  return [...written, ...parts.flatMap((part) => [part, tryDecode(part)])].map((part) => part.trim())
}

/** Decodes a part of a URL, because a handler may print a password that it has decoded. */
function tryDecode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function toPattern(part: string): string {
  // Only parts ignore the case. A variable's name does not.
  const pattern = escapePattern(part).replaceAll(/\p{L}/gu, (letter) => `[${letter}${letter.toLowerCase()}${letter.toUpperCase()}]`)
  return part.length >= SHORTEST_ANYWHERE ? pattern : `${WORD_BEGINS}${pattern}${WORD_ENDS}`
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
