import { domainToASCII, domainToUnicode } from 'node:url'
import { isDnsName } from './dns-name.ts'
import { isPlainLocalPart } from './local-part.ts'

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

/**
 * Characters that nobody sees or that mean nothing by themselves. IDNA drops some of them in silence (a soft hyphen, a
 * variation selector), so that two domains which differ would compare as one: they must be looked for before it runs.
 */
const unseenProperties = ['Cc', 'Cf', 'Z', 'Cs', 'Co', 'Cn', 'Default_Ignorable_Code_Point']
const unseen = onDemand(() => new RegExp(`[${unseenProperties.map((property) => `\\p{${property}}`).join('')}]`, 'u'))

const asciiDomain = /^[A-Za-z0-9.-]+$/

/** Of ASCII, what a domain has. IDNA in Node parses a host as URLs do: it decodes `%65` and stops reading at `/`, `?`, `#` and `\`. */
const domainToConvert = /^[A-Za-z0-9.\-\u{80}-\u{10ffff}]+$/u

/**
 * Makes something when it is first asked for. A regular expression with Unicode properties has to be made of a text for that: a
 * literal is looked up in Unicode's tables when the program is read, which takes a good part of a cold start, for the few domains
 * that are not ASCII.
 */
function onDemand<V extends object>(make: () => V): () => V {
  let made: V | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Whether there is a control, white-space, invisible, private, unassigned or broken character anywhere in a text. */
export function hasUnseenCharacter(text: string): boolean {
  return unseen().test(text)
}

/**
 * Whether a label claims to be Punycode and is not. Node 22 answers that when it converts to ASCII. Node 24 there takes a
 * name that is ASCII already as it is; but what it cannot decode keeps its prefix, which no decoded label may have.
 */
function hasBrokenPunycode(ascii: string): boolean {
  if (!ascii.includes('xn--')) return false
  return (
    domainToASCII(ascii) !== ascii ||
    domainToUnicode(ascii)
      .split('.')
      .some((label) => label.startsWith('xn--'))
  )
}

/**
 * The one way to write a domain: lower case, IDNA to ASCII, without the dot of the root. Two domains are the same if and
 * only if these forms are equal. It takes its own answers and gives them back unchanged.
 *
 * @returns undefined when the text is no domain name of at least two labels: an IP address, a URL, a host with a port, a
 *   name with a character that does not show. Never throws, and long texts cost nothing.
 * @example
 * normaliseDomain('Example.COM.')  // 'example.com'
 * normaliseDomain('münchen.de')    // 'xn--mnchen-3ya.de'
 * normaliseDomain('127.0.0.1')     // undefined
 */
export function normaliseDomain(text: string): string | undefined {
  if (text.length > longestDomain + 1) return undefined
  const plain = nameIn(text)
  if (plain !== undefined) return plain
  if (asciiDomain.test(text) || !domainToConvert.test(text) || hasUnseenCharacter(text)) return undefined
  // IDNA turns other full stops, such as the ideographic one, into dots: only now is it known whether the last is one.
  return nameIn(domainToASCII(text))
}

/** The name in a text of ASCII characters, in lower case and without the dot of the root. */
function nameIn(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  // Of more than ASCII nothing may be made lower case before IDNA has seen it: so both cases are taken for a name, and looked at first.
  if (name.length > longestDomain || !isDnsName(name)) return undefined
  const lower = name.toLowerCase()
  return hasBrokenPunycode(lower) ? undefined : lower
}

/**
 * Reads a text that is exactly one plain address, as `local@domain`.
 *
 * Stricter than the RFCs on purpose, since what two programs read differently is what gets past a check: no quoted local
 * part, no comment, no display name, no IP address for a domain, no route, nothing outside printable ASCII before the `@`
 * (Amazon SES cannot send there either), 254 characters at most. Whether the mailbox exists, and whose it is, it cannot tell.
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
