// A second reading of the same settings, made without a line of the code it judges. It is naive, and where it cannot tell it
// says no: an approval that it does not share is at worst a question, and at best a bug found.

import { domainToUnicode } from 'node:url'

const LONGEST_ADDRESS = 254
const LONGEST_DOMAIN = 253
const LONGEST_LABEL = 63

// Besides letters and digits; the rest of ASCII quotes, groups, routes, separates or ends something somewhere.
const LOCAL_SIGNS = new Set("#$&'*+/=?^_`{|}~-.")
// Letters that a program may map to another, and blocks that Unicode 3.2, and so IDNA2003, does not have.
const READ_TWO_WAYS = /[ßẞς\u1c80-\u1dff\u2c00-\u2fef\ua640-\uabff\u{10000}-\u{10ffff}]/u

/** Whether `example.com,*.example.org` lets an address in. */
export function oracleAllows(email: string): boolean {
  const parts = email.split('@')
  const [local, domain] = parts
  if (parts.length !== 2 || local === undefined || domain === undefined || email.length > LONGEST_ADDRESS) return false
  // IDNA makes some domains longer than they were typed.
  const written = seenByBrowsers(domain) ?? ''
  if (written.length > LONGEST_DOMAIN || local.length + 1 + written.length > LONGEST_ADDRESS) return false
  return isPlainLocal(local) && isAllowedDomain(domain, written)
}

function isPlainLocal(local: string): boolean {
  const atoms = local.split('.')
  if (local.includes('=?') || local.includes('?=')) return false
  return local.length <= 64 && atoms.every((atom) => atom !== '') && [...local].every((char) => isAsciiWord(char) || LOCAL_SIGNS.has(char))
}

function isAllowedDomain(domain: string, written: string): boolean {
  const plain = plainDomain(domain)
  if (plain === undefined) return false
  const name = plain.endsWith('.') ? plain.slice(0, -1) : plain
  if (name === 'example.com') return written === 'example.com'
  // Whatever stands below example.org is its owner's, if it is a name at all; both readings have to place it there.
  const bothBelow = [name, written].every((reading) => reading.endsWith('.example.org'))
  return bothBelow && name.split('.').every((label) => label !== '') && written.split('.').every(isLabel)
}

/** Letter by letter: what a person reads, or undefined where two programs may read it in two ways. */
function plainDomain(domain: string): string | undefined {
  let plain = ''
  if (domain !== domain.normalize('NFKC')) return undefined
  for (const char of domain) {
    const lower = char.toLowerCase()
    if (/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(char) || READ_TWO_WAYS.test(char)) return undefined
    if (!/^[a-z0-9.\-\P{ASCII}]+$/u.test(lower)) return undefined
    // Nothing that means something to a URL comes out of another character, such as the k of the Kelvin sign.
    if (char !== lower && /[a-z]/.test(lower) && !/[A-Z]/.test(char)) return undefined
    plain += lower
  }
  return plain
}

function isLabel(label: string): boolean {
  if (!/^[a-z0-9-]+$/.test(label) || label.length > LONGEST_LABEL || label.startsWith('-') || label.endsWith('-')) return false
  if (!label.startsWith('xn--')) return true
  // Punycode has to mean something, and what it means has to be written in no other way.
  const meant = domainToUnicode(label)
  return meant !== label && seenByBrowsers(`${meant}.example.org`) === `${label}.example.org`
}

/** The same name to the parser of URLs. */
function seenByBrowsers(domain: string): string | undefined {
  const url = `http://${domain}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined
}

function isAsciiWord(char: string): boolean {
  return /^[A-Za-z0-9]$/.test(char)
}

/** A block, as the tests seed it. */
export interface SeededBlock {
  readonly userPoolId: string
  readonly type: string
  readonly value: string
  readonly expiresAt?: Date
}

/** Whether an event names somebody who is blocked. It knows the plain spellings only. */
export function oracleBlocks(event: unknown, blocks: readonly SeededBlock[]): boolean {
  const attributes = own(own(event, 'request'), 'userAttributes')
  const email = own(attributes, 'email')
  const address = typeof email === 'string' ? email.toLowerCase() : ''
  const named: Readonly<Record<string, unknown>> = {
    sub: own(attributes, 'sub'),
    username: own(event, 'userName'),
    email: address,
    emailDomain: address.slice(address.lastIndexOf('@') + 1),
  }
  return blocks.some(
    ({ userPoolId, type, value, expiresAt }) =>
      own(event, 'userPoolId') === userPoolId && named[type] === value && (expiresAt === undefined || expiresAt.getTime() > Date.now()),
  )
}

/** Whether a sign-up may go on. An administrator may create whom they want; a provider has to confirm its addresses. */
export function oracleLetsSignUp(event: unknown): boolean {
  const source = own(event, 'triggerSource')
  if (source === 'PreSignUp_AdminCreateUser') return true
  const attributes = own(own(event, 'request'), 'userAttributes')
  const email = own(attributes, 'email')
  if (typeof email !== 'string' || !oracleAllows(email)) return false
  return source !== 'PreSignUp_ExternalProvider' || String(own(attributes, 'email_verified')) === 'true'
}

/** A property of the object itself: what it inherits was not in the event. */
export function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
