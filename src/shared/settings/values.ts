// Plain functions, of which the schemas of settings are made and which the compiled readers call: what they refuse, both do.
import { parseEmailAddress } from '../email/address.ts'
import { domainList } from '../email/domain-list.ts'
import { type DomainsSetting, fileNamed } from './domains-setting.ts'

/** The domains that a text names: the file of a list, or entries separated by commas, without the white space around them. */
export function toDomains(text: string): DomainsSetting {
  const file = fileNamed(text)
  return file === undefined ? text.split(',').map((entry) => entry.trim()) : { file }
}

/** Why a text names no email domains, or undefined where it does. What is in a file is seen when that is read. */
function faultOfDomains(text: string): string | undefined {
  const domains = toDomains(text)
  if ('file' in domains) return undefined
  try {
    domainList(domains)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'not one'
  }
}

/** Whether a text names email domains. */
export function areDomains(text: string): boolean {
  return faultOfDomains(text) === undefined
}

/** What should stand where a text names no email domains, and why it does not. */
export function expectedDomains({ input }: { readonly input?: unknown }): string {
  const expected =
    'email domains separated by commas, such as example.com,*.example.org, or * for all, or @file: and the name of a built list'
  return typeof input === 'string' ? `${expected} (${faultOfDomains(input)})` : expected
}

/** Whether a text is exactly one plain email address that SES takes as a sender: it refuses anything but ASCII. */
export function isEmailAddress(text: string): boolean {
  return isAscii(text) && parseEmailAddress(text) !== undefined
}

// `URL` also accepts other slashes, no slashes and a user name that looks like a host. A mail shows the text itself.
const HTTPS_AND_HOST = /^https:\/\/[^/?#@]+(?:[/?#]|$)/

/** Returns whether a text is the address of a page that may be put into a mail. */
export function isWebAddress(text: string): boolean {
  return isAscii(text) && !/[ \\]/.test(text) && HTTPS_AND_HOST.test(text) && URL.canParse(text)
}

/** Whether a text may stand in a line of a mail. */
export function isOneLine(text: string): boolean {
  // Not as a literal, which is looked up in Unicode's tables when the program is read.
  return isAscii(text) || !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
}

/** Whether a text holds printable ASCII and nothing else. */
function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

/** Levels are written in any case. */
export function lowerCase(text: string): string {
  return text.toLowerCase()
}

// `Date` alone also takes `1` and `March`, and what it does not know the zone of it takes for the machine's own.
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

// User pools began in 2016: an earlier moment is a mistake, and a welcome mail to everybody from before.
const FIRST_YEAR = '2016'
// Tomorrow has begun somewhere.
const AHEAD_MS = 24 * 60 * 60_000

/** Whether a text is a day that there is, or a time of one with its zone: since user pools began, and not in the future. */
export function isMoment(text: string): boolean {
  // `Date` takes 31 February for 3 March: of the day alone, which is midnight UTC, its number has to come back.
  const isThere = MOMENT.test(text) && new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10))
  // A comparison with NaN is false.
  return isThere && text >= FIRST_YEAR && Date.parse(text) <= Date.now() + AHEAD_MS
}

/** The moment that a text names. A day begins at midnight UTC. */
export function toDate(text: string): Date {
  return new Date(text)
}
