/** A language tag (BCP 47) such as `de` or `pt-BR`. */
const TAG = /^[a-z]{2,8}(?:-[a-z\d]{1,8})*$/
// RFC 5646 recommends room for 35 characters. Longer values of users are not language tags.
const MAX_LENGTH = 35

/**
 * Returns the values of a record by normalised language tag.
 *
 * @param owner The start of error messages, such as `messages()`.
 * @param what The name of a value in an error message, such as `templates`.
 * @throws TypeError if a key is not a language tag, or two keys are the same tag.
 */
export function readLocales<V>(owner: string, what: string, record: Readonly<Record<string, V>>): ReadonlyMap<string, V> {
  const byTag = new Map<string, V>()
  for (const [key, value] of Object.entries(record)) {
    const tag = normaliseTag(key)
    if (!TAG.test(tag)) throw new TypeError(`${owner}: ${JSON.stringify(key)} is not a language tag such as en or pt-BR`)
    if (byTag.has(tag)) throw new TypeError(`${owner}: there are two ${what} for ${tag}`)
    byTag.set(tag, value)
  }
  return byTag
}

/**
 * Returns a tag and its less specific forms, such as `de-at` and `de`. Case and `_` instead of `-` are ignored, because identity providers
 * send values such as `de_AT`. Returns `[]` for a value that is too long for a tag.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4647#section-3.4
 */
export function listFallbacks(locale: string): readonly string[] {
  const tags: string[] = []
  if (locale.length > MAX_LENGTH) return tags
  for (let tag = normaliseTag(locale); tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('-'), 0))) tags.push(tag)
  return tags
}

/** Returns a language tag in lower case, with hyphens. */
export function normaliseTag(tag: string): string {
  return tag.trim().replaceAll('_', '-').toLowerCase()
}

/** Returns the first of some values that is a language tag, normalised. Users and apps choose these values. */
export function readLocale(...values: readonly (string | undefined)[]): string | undefined {
  return values.map((value = '') => (value.length > MAX_LENGTH ? '' : normaliseTag(value))).find((tag) => TAG.test(tag))
}
