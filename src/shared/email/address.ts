import { domainToASCII, domainToUnicode } from 'node:url'
import { lazily } from '../lazily.ts'
import { stableLetters } from './stable-letters.ts'

/** A plain email address, split into local part and domain. */
export interface EmailAddress {
  /** The part before the `@`, unchanged, because some mail servers distinguish its case. */
  readonly local: string
  /** The part after the `@`, normalised by {@link normaliseDomain}. */
  readonly domain: string
}

/** The maximum length of an address in an SMTP path (RFC 5321 section 4.5.3.1.3, erratum 1690). */
const longestAddress = 254
/** The maximum length of a DNS name, without the final dot (RFC 1035 section 2.3.4). */
const longestDomain = 253
/** The maximum length of a local part (RFC 5321 section 4.5.3.1.1). */
const longestLocal = 64
/** The maximum length of a DNS label (RFC 1035 section 2.3.4). */
const longestLabel = 63

/** The code unit of `.`. */
const DOT = 46
/** The code unit of `-`. */
const HYPHEN = 45

/** The characters that a local part may contain besides letters, digits and dots. */
const localPartMarks = "#$&'*+/=?^_`{|}~-"

const asciiDomain = /^[A-Za-z0-9.-]+$/
/** Matches a numeric last label. URL parsers and Node's IDNA read a name with such a label as an IP address. */
const numericLabel = /^(?:\d+|0[Xx][\dA-Fa-f]*)$/

/**
 * Parses a plain email address, `local@domain`.
 *
 * It is stricter than the RFCs, because an address that two programs read differently can bypass a check. It rejects quoted local
 * parts, comments, display names, IP addresses, routes and encoded words. It rejects addresses of more than 254 characters. It rejects
 * non-ASCII characters before the `@`, because Amazon SES does not support them. It does not check that the mailbox exists.
 *
 * @returns undefined if the text is not a plain address. Never throws. Long texts are rejected at once.
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
  // Checks the length again, because IDNA can lengthen a domain.
  if (domain === undefined || at + 1 + domain.length > longestAddress) return undefined
  return { local, domain }
}

/** Returns an address for an email's recipient. Its domain is in ASCII, which SES requires. */
export function formatEmailAddress({ local, domain }: EmailAddress): string {
  return `${local}@${domain}`
}

/**
 * Returns the string by which lists compare addresses, with the local part in lower case. It keeps tags (`ann+news@`) and dots,
 * because their meaning depends on the mail server.
 *
 * @example
 * emailKey({ local: 'Ann', domain: 'example.com' })  // 'ann@example.com'
 */
export function emailKey(address: EmailAddress): string {
  return `${address.local.toLowerCase()}@${address.domain}`
}

/**
 * Normalises a domain for comparison: lower case, converted to ASCII by IDNA, without the final dot. It is idempotent.
 *
 * A non-ASCII domain is rejected if IDNA changes more than its case, because programs then disagree about its ASCII form: IDNA2003
 * maps `straße.de` to `strasse.de`, and UTS #46 does not. A Punycode domain may contain `ß`, `ς`, U+200C and U+200D, because
 * programs do not change a domain that is already ASCII.
 *
 * @returns undefined if the text is not a domain of at least two labels, or if its ASCII form depends on the program. Examples: an IP
 *   address, a URL, a host with a port, full-width letters, an invisible character. Never throws. Long texts are rejected at once.
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

/** Parses a DNS name in ASCII. Returns it in lower case without the final dot, or undefined if it is invalid. */
function parseDnsName(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  // Checks the name before lowercasing it, because toLowerCase() maps some non-ASCII letters to ASCII.
  if (name.length > longestDomain || !isDnsName(name)) return undefined
  const lower = name.toLowerCase()
  return lower.includes('xn--') && !isPunycode(lower) ? undefined : lower
}

/**
 * Returns true if every program reads the text as a local part: a dot-atom (RFC 5321) without `!`, `%` and encoded words.
 *
 * These three can hide another domain. Some mail servers read `!` and `%` as a route, so they deliver `eve%evil.com@example.com` and
 * `evil.com!eve@example.com` to evil.com. Software that decodes before it parses does the same with
 * `=?utf-8?q?eve=40evil.com=3e?=@example.com`, an encoded word (RFC 2047).
 *
 * It is a loop for the same reason as {@link isDnsName}.
 */
export function isPlainLocalPart(text: string): boolean {
  // A dot at either end and two dots in a row are invalid.
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
 * Returns true if the text is an ASCII name of at least two labels, without the final dot. The last label must not be a decimal or
 * hexadecimal number, because URL parsers and Node's IDNA read such a name as an IP address.
 *
 * The function is a loop, because V8 takes longer to compile a regular expression with label lengths than to run all rules at a cold start.
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

/** Returns true if a part of the text has a label's length and no hyphen at either end. `isDnsName` checks the other characters. */
function isLabel(text: string, start: number, end: number): boolean {
  return end > start && end - start <= longestLabel && text.charCodeAt(start) !== HYPHEN && text.charCodeAt(end - 1) !== HYPHEN
}

/** Returns true for an ASCII digit. */
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Returns true for an ASCII letter or digit. */
function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code)
}

/** Matches a stable domain, which every program maps to the same ASCII name. */
const stableDomain = lazily(() => new RegExp(`^[A-Za-z0-9.\\-${stableLetters()}]+$`, 'u'))
/** Matches a stable domain that was decoded from Punycode. It may contain `ß`, `ς`, U+200C and U+200D: see {@link normaliseDomain}. */
const decodedDomain = lazily(() => new RegExp(`^[A-Za-z0-9.\\-${stableLetters()}ßς\\u200c\\u200d]+$`, 'u'))

const rightToLeft = /[\u0590-\u08ff]/

/**
 * Returns true if every program maps the domain to the same ASCII name or rejects it.
 *
 * Node 24 enforces the Bidi rule of RFC 5893, and Node 22 does not. So in a domain with a right-to-left label, each label must start
 * with a letter and use one direction.
 */
function isStable(domain: string, letters: RegExp): boolean {
  if (!letters.test(domain) || domain !== domain.normalize('NFC')) return false
  return !rightToLeft.test(domain) || domain.split('.').every((label) => /^(?:[a-z][a-z\d-]*)?$/i.test(label) || isRightToLeft(label))
}

/** Returns true if the label starts with a Hebrew, Arabic or Thaana letter, and does not end with a hyphen, ignoring marks. */
function isRightToLeft(label: string): boolean {
  return (
    /^[\u05d0-\u05f2\u0621-\u064a\u0671-\u06d3\u06d5\u06fa-\u06fc\u0780-\u07a5][\u0590-\u08ff\d-]*$/.test(label) &&
    !/-[\u0591-\u05c4\u06d6-\u06ed\u07a6-\u07b0]*$/.test(label)
  )
}

/**
 * Returns true if each `xn--` label decodes to a stable name that encodes to the same label again. Node cannot check this alone:
 * Node 24 accepts any ASCII name, and leaves an undecodable label unchanged.
 */
function isPunycode(ascii: string): boolean {
  const decoded = domainToUnicode(ascii)
  return (
    isStable(decoded, decodedDomain()) && !decoded.split('.').some((label) => label.startsWith('xn--')) && domainToASCII(decoded) === ascii
  )
}

/** The Unicode properties of characters that are invisible or have no meaning of their own. */
const unseenProperties = ['Cc', 'Cf', 'Z', 'Cs', 'Co', 'Cn', 'Default_Ignorable_Code_Point']
const unseen = lazily(() => new RegExp(`[${unseenProperties.map((property) => `\\p{${property}}`).join('')}]`, 'u'))

/** Returns true if the text contains whitespace, a lone surrogate, or a control, invisible, private-use or unassigned character. */
export function hasUnseenCharacter(text: string): boolean {
  return unseen().test(text)
}
