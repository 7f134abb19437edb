import { parseEmailAddress } from './address.ts'

/** A sender or a reply address, with the name that mail programs show. */
export interface Mailbox {
  readonly address: string
  readonly name?: string
}

/** SES's limit for a mailbox in a header, with its encoded name. */
const MAX_LENGTH = 320
/** An encoded word has at most 75 characters (RFC 2047 section 2), so 63 are left for Base64, which holds 45 bytes in 60 characters. */
const BYTES_PER_WORD = 45

const NAMED = /^(.*?)\s*<([^<>]*)>$/s
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s
/** The characters that end a name or an address. Without quotes, a text with one of them could be read as two mailboxes. */
const DELIMITERS = /["<>@\\]/
/** A name of these characters needs no quotes (RFC 5322 section 3.2.3). */
const PLAIN_NAME = /^[\w !#$%&'*+/=?^`{|}~-]+$/

/**
 * Parses one mailbox: `ann@example.com`, `Example <ann@example.com>` or `"Example, Inc. (shop)" <ann@example.com>`.
 *
 * @returns undefined if the text is not exactly one mailbox that SES accepts. The address must be ASCII.
 * @example
 * parseMailbox('Example <hello@example.com>')  // { name: 'Example', address: 'hello@example.com' }
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, named, inside] = NAMED.exec(text.trim()) ?? []
  if (named === undefined || inside === undefined) return checkMailbox({ address: text })
  const [, quoted] = QUOTED.exec(named) ?? []
  if (quoted === undefined && DELIMITERS.test(named)) return undefined
  const name = (quoted?.replaceAll(/\\(.)/g, '$1') ?? named).trim()
  return checkMailbox(name === '' ? { address: inside } : { name, address: inside })
}

/**
 * Formats a mailbox for the header of an email. A name that is not ASCII becomes encoded words (RFC 2047), and a name with special
 * characters gets quotes.
 *
 * @returns undefined if the mailbox is invalid, for example with a line break in the name.
 * @example
 * formatMailbox({ name: 'Zoë', address: 'hello@example.com' })  // '=?UTF-8?B?Wm/Dqw==?= <hello@example.com>'
 */
export function formatMailbox(mailbox: Mailbox | string): string | undefined {
  const checked = typeof mailbox === 'string' ? parseMailbox(mailbox) : checkMailbox({ ...mailbox })
  return checked && write(checked)
}

function checkMailbox(mailbox: Mailbox): Mailbox | undefined {
  const { address, name } = mailbox
  if (typeof address !== 'string' || (name !== undefined && typeof name !== 'string')) return undefined
  if (!isAscii(address) || parseEmailAddress(address) === undefined || (name !== undefined && !isName(name))) return undefined
  return write(mailbox).length <= MAX_LENGTH ? mailbox : undefined
}

/** Returns true if a mail program shows the name as it is: without line breaks, control characters, lone surrogates and encoded words. */
function isName(name: string): boolean {
  if (name === '' || name.includes('=?')) return false
  // Tests for ASCII first, because the Unicode regular expression takes time to compile.
  return isAscii(name) || !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

function write({ address, name }: Mailbox): string {
  if (name === undefined) return address
  if (!isAscii(name)) return `${encodeWords(name)} <${address}>`
  return `${PLAIN_NAME.test(name) ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`
}

/** Splits a text between characters, because each encoded word must contain whole characters. */
function encodeWords(text: string): string {
  const words: string[] = ['']
  for (const character of text) {
    const longer = words.at(-1) + character
    if (Buffer.byteLength(longer) <= BYTES_PER_WORD) words[words.length - 1] = longer
    else words.push(character)
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')
}
