import { domainToASCII, domainToUnicode } from 'node:url'
import { lazily } from '../lazily.ts'
import { stableLetters } from './stable-letters.ts'

/** One plain email address, in parts that can be compared. */
export interface EmailAddress {
  /** What stands before the `@`, as it came: its case may matter to the mail server that reads it. */
  readonly local: string
  /** What stands behind the `@`, as {@link normaliseDomain} writes it. */
  readonly domain: string
}

/** The longest address that fits an SMTP path (RFC 5321 section 4.5.3.1.3, erratum 1690). */
const longestAddress = 254
/** The longest name that DNS carries, without the dot of the root (RFC 1035 section 2.3.4). */
const longestDomain = 253
/** The longest local part (RFC 5321 section 4.5.3.1.1). */
const longestLocal = 64
/** The longest label that DNS carries (RFC 1035 section 2.3.4). */
const longestLabel = 63

/** A full stop, as a code unit. */
const DOT = 46
/** A hyphen, as a code unit. */
const HYPHEN = 45

/** What a local part may hold beside letters, digits and dots. */
const localPartMarks = "#$&'*+/=?^_`{|}~-"

const asciiDomain = /^[A-Za-z0-9.-]+$/
/** A last label that makes URLs, and the IDNA of Node, read an IP address. */
const numericLabel = /^(?:\d+|0[Xx][\dA-Fa-f]*)$/

/**
 * Reads a text that is exactly one plain address, as `local@domain`.
 *
 * Stricter than the RFCs on purpose, because an address that two programs read differently gets past a check: no quoted local
 * part, no comment, no display name, no IP address for a domain, no route, no encoded word, nothing outside printable ASCII
 * before the `@` (Amazon SES cannot send there either), 254 characters at most. It cannot tell whether the mailbox exists, or
 * who owns it.
 *
 * @returns undefined for everything else. Never throws, and long texts cost nothing.
 * @example
 * parseEmailAddress('Ann@Example.COM')            // { local: 'Ann', domain: 'example.com' }
 * parseEmailAddress('"a@example.com"@evil.com')   // undefined
 */
export function parseEmailAddress(text: string): EmailAddress | undefined {
  if (text.length > longestAddress) return undefined
  const at = text.indexOf('@')
  if (at === -1 || at > longestLocal || at !== text.lastIndexOf('@')) return undefined
  const local = text.slice(0, at)
  if (!isPlainLocalPart(local)) return undefined
  const domain = normaliseDomain(text.slice(at + 1))
  // IDNA can lengthen a domain.
  if (domain === undefined || at + 1 + domain.length > longestAddress) return undefined
  return { local, domain }
}

/**
 * One string for all spellings of an address that reach one mailbox nearly everywhere, for lists of addresses.
 * Tags (`ann+news@`) and Gmail's dots stay: whether they count is up to the mail server.
 *
 * @example
 * emailKey({ local: 'Ann', domain: 'example.com' })  // 'ann@example.com'
 */
export function emailKey(address: EmailAddress): string {
  return `${address.local.toLowerCase()}@${address.domain}`
}

/**
 * Returns the one form of a domain by which domains are compared: lower case, IDNA to ASCII, without the dot of the root. It
 * returns its own results unchanged.
 *
 * A domain beyond ASCII must stand as IDNA leaves it, apart from the case of its letters. Two programs may read anything else
 * as two domains: IDNA2003 makes `strasse.de` of `straße.de`, and UTS #46 does not. A domain
 * in Punycode is accepted if it decodes to such letters, `ß`, `ς` or the two joiners.
 *
 * @returns undefined when the text is not a domain of at least two labels, or when its ASCII form depends on the reader: an IP
 *   address, a URL, a host with a port, full-width letters, an invisible character. Never throws; long texts cost nothing.
 * @example
 * normaliseDomain('Example.COM.')  // 'example.com'
 * normaliseDomain('münchen.de')    // 'xn--mnchen-3ya.de'
 * normaliseDomain('straße.de')     // undefined; 'xn--strae-oqa.de' is accepted
 * normaliseDomain('127.0.0.1')     // undefined
 */
export function normaliseDomain(text: string): string | undefined {
  if (text.length > longestDomain + 1) return undefined
  const plain = parseDnsName(text)
  if (plain !== undefined) return plain
  if (asciiDomain.test(text) || !isStable(text, stableDomain())) return undefined
  return parseDnsName(domainToASCII(text))
}

/** The name in a text of ASCII characters, in lower case and without the dot of the root. */
function parseDnsName(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  // isDnsName takes both cases: only ASCII may be made lower case before IDNA has seen it.
  if (name.length > longestDomain || !isDnsName(name)) return undefined
  const lower = name.toLowerCase()
  return lower.includes('xn--') && !isPunycode(lower) ? undefined : lower
}

/**
 * Whether every program reads a text as the local part of an address: RFC 5321's dot-atom, without three things that hide
 * another domain. Mail servers still read `!` and `%` as a route: `eve%evil.com@example.com` and `evil.com!eve@example.com` are
 * mail for evil.com to them. Mail software that decodes before it parses reads `=?utf-8?q?eve=40evil.com=3e?=@example.com`, an
 * encoded word of RFC 2047, as mail for evil.com.
 *
 * A loop for the reason that isDnsName is one.
 */
export function isPlainLocalPart(text: string): boolean {
  // None may stand at either end, nor two together.
  let afterDot = true
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (afterDot) return false
      afterDot = true
    } else if (isLetterOrDigit(code) || localPartMarks.includes(text.charAt(at))) afterDot = false
    else return false
  }
  return !afterDot && !text.includes('=?') && !text.includes('?=')
}

/**
 * Whether a text is a name of two labels or more, without the dot of the root, in either case of ASCII letters. Its last label
 * is no number, decimal or hexadecimal: URLs, and IDNA in Node with them, make an IP address of that.
 *
 * A loop and no regular expression: an engine compiles that at its first use and, to faster code, at its second, and with
 * counted labels in it either takes longer than all rules of a cold start.
 */
export function isDnsName(text: string): boolean {
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (!isLabel(text, start, at)) return false
      start = at + 1
    } else if (code !== HYPHEN && !isLetterOrDigit(code)) return false
  }
  return start > 0 && isLabel(text, start, text.length) && !(isDigit(text.charCodeAt(start)) && numericLabel.test(text.slice(start)))
}

/** Whether a part of a text is a label, where it is made of letters, digits and hyphens. */
function isLabel(text: string, start: number, end: number): boolean {
  return end > start && end - start <= longestLabel && text.charCodeAt(start) !== HYPHEN && text.charCodeAt(end - 1) !== HYPHEN
}

/** Whether a code unit is a decimal digit of ASCII. */
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Whether a code unit is a letter of ASCII, of either case, or a digit. */
function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code)
}

/**
 * Matches a domain that every reader of domains maps to the same ASCII name. The second pattern is for a domain decoded from
 * Punycode: there a reader never maps `ß`, `ς` and the two joiners, because the ASCII form is what it was given.
 */
const stableDomain = lazily(() => new RegExp(`^[A-Za-z0-9.\\-${stableLetters()}]+$`, 'u'))
const decodedDomain = lazily(() => new RegExp(`^[A-Za-z0-9.\\-${stableLetters()}ßς\\u200c\\u200d]+$`, 'u'))

const rightToLeft = /[\u0590-\u08ff]/

/**
 * Whether every reader maps a domain to the same ASCII name, or refuses it. Node 22 does not hold labels to the Bidi rule of
 * RFC 5893, which Node 24 does: so beside a right-to-left label, a label has letters of one direction, and starts with one.
 */
function isStable(domain: string, letters: RegExp): boolean {
  if (!letters.test(domain) || domain !== domain.normalize('NFC')) return false
  return !rightToLeft.test(domain) || domain.split('.').every((label) => /^(?:[a-z][a-z\d-]*)?$/i.test(label) || isRightToLeft(label))
}

/** Starts with a letter of Hebrew, Arabic or Thaana, and does not end in a hyphen, marks behind it aside. */
function isRightToLeft(label: string): boolean {
  return (
    /^[\u05d0-\u05f2\u0621-\u064a\u0671-\u06d3\u06d5\u06fa-\u06fc\u0780-\u07a5][\u0590-\u08ff\d-]*$/.test(label) &&
    !/-[\u0591-\u05c4\u06d6-\u06ed\u07a6-\u07b0]*$/.test(label)
  )
}

/**
 * Whether each label that claims to be Punycode decodes to a name which encodes to that label again. Node 22 refuses to convert
 * such a label to ASCII; Node 24 takes any ASCII name as it is, and leaves a label that it cannot decode as it was.
 */
function isPunycode(ascii: string): boolean {
  const decoded = domainToUnicode(ascii)
  return (
    isStable(decoded, decodedDomain()) && !decoded.split('.').some((label) => label.startsWith('xn--')) && domainToASCII(decoded) === ascii
  )
}

/** Characters that do not show, or that mean nothing by themselves. */
const unseenProperties = ['Cc', 'Cf', 'Z', 'Cs', 'Co', 'Cn', 'Default_Ignorable_Code_Point']
const unseen = lazily(() => new RegExp(`[${unseenProperties.map((property) => `\\p{${property}}`).join('')}]`, 'u'))

/** Whether there is a control, white-space, invisible, private, unassigned or broken character anywhere in a text. */
export function hasUnseenCharacter(text: string): boolean {
  return unseen().test(text)
}
