// Plain functions, of which the schemas of settings are made and which the compiled readers call: what they refuse, both do.
import { parseEmailAddress } from '../email/address.ts'
import { domainList } from '../email/domain-list.ts'

/** The entries of a list that is separated by commas, without the white space around them. */
export function splitDomains(text: string): readonly string[] {
  return text.split(',').map((entry) => entry.trim())
}

/** Why a text is no list of email domains, or undefined where it is one. */
function faultOfDomains(text: string): string | undefined {
  try {
    domainList(splitDomains(text))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'not one'
  }
}

/** Whether a text is a list of email domains. */
export function areDomains(text: string): boolean {
  return faultOfDomains(text) === undefined
}

/** What should stand where a text is no list of email domains, and why it is none. */
export function expectedDomains({ input }: { readonly input?: unknown }): string {
  const expected = 'email domains separated by commas, such as example.com,*.example.org, or * for all'
  return typeof input === 'string' ? `${expected} (${faultOfDomains(input)})` : expected
}

/** Whether a text is exactly one plain email address. */
export function isEmailAddress(text: string): boolean {
  return parseEmailAddress(text) !== undefined
}

/** Whether a text is the address of a page that may be put into a mail. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}

/** Levels are written in any case. */
export function lowerCase(text: string): string {
  return text.toLowerCase()
}

// `Date` alone also takes `1` and `March`, and what it does not know the zone of it takes for the machine's own.
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** Whether a text is a day, or a time with its zone. */
export function isMoment(text: string): boolean {
  return MOMENT.test(text) && !Number.isNaN(Date.parse(text))
}

/** The moment that a text names. A day begins at midnight UTC. */
export function toDate(text: string): Date {
  return new Date(text)
}
