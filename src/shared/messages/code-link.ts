/** A web address with the code as a query parameter. Made by {@link codeLink}. */
export interface CodeLink {
  /** The address before the code. */
  readonly before: string
  /** The address after the code: its fragment. */
  readonly after: string
}

/**
 * Makes the value of a placeholder that becomes a link with the code, such as `https://app.example.com/confirm?code=123456`.
 *
 * Only messages with a numeric code can use it. A catalogue refuses it in the message `AdminCreateUser`, because a temporary password has
 * characters that break a link, and an address ends up in logs and browser histories.
 *
 * @param url An https:// address without a query parameter `code`.
 * @throws TypeError if the address is invalid.
 * @example
 * const catalogue = { fallback: 'en', values: { link: codeLink('https://app.example.com/confirm') }, locales: { en } }
 */
export function codeLink(url: string): CodeLink {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:' || /[{}\s]/.test(url))
    throw new TypeError(`codeLink(): the address is ${JSON.stringify(url)}; expected an address such as https://app.example.com/confirm`)
  if (parsed.searchParams.has('code')) throw new TypeError("codeLink(): the address has a query parameter 'code' already")
  const { origin, pathname, search, hash } = parsed
  return { before: `${origin}${pathname}${search === '' ? '?' : `${search}&`}code=`, after: hash }
}

/** Returns true if the value of a placeholder is a link. */
export function isCodeLink(value: unknown): value is CodeLink {
  return typeof value === 'object' && value !== null && 'before' in value && 'after' in value
}
