// An independent implementation of the default rules, which shares no code with them. It is simple, and rejects unclear cases.
// If a handler approves an event that the oracle rejects, one of the two has a bug.

import { domainToUnicode } from 'node:url'

const LONGEST_ADDRESS = 254
const LONGEST_DOMAIN = 253
const LONGEST_LABEL = 63

// The allowed characters besides letters and digits. All other ASCII characters have a meaning in some address syntax.
const LOCAL_SIGNS = new Set("#$&'*+/=?^_`{|}~-.")
// Letters that some programs map to other letters, and Unicode blocks that IDNA2003 does not have.
const READ_TWO_WAYS = /[ßẞς\u1c80-\u1dff\u2c00-\u2fef\ua640-\uabff\u{10000}-\u{10ffff}]/u

/** Returns true if the setting `example.com,*.example.org` allows an address. */
export function oracleAllows(email: string): boolean {
  const parts = email.split('@')
  const [local, domain] = parts
  if (parts.length !== 2 || local === undefined || domain === undefined || email.length > LONGEST_ADDRESS) return false
  // IDNA makes some domains longer, so the length limits apply to the IDNA form, too.
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
  // Every valid subdomain of example.org is allowed. The domain as written and its IDNA form must both be below example.org.
  const bothBelow = [name, written].every((reading) => reading.endsWith('.example.org'))
  return bothBelow && name.split('.').every((label) => label !== '') && written.split('.').every(isLabel)
}

/** Returns the domain as a person reads it. Returns undefined if two programs may read it differently. */
function plainDomain(domain: string): string | undefined {
  let plain = ''
  if (domain !== domain.normalize('NFKC')) return undefined
  for (const char of domain) {
    const lower = char.toLowerCase()
    if (/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(char) || READ_TWO_WAYS.test(char)) return undefined
    if (!/^[a-z0-9.\-\P{ASCII}]+$/u.test(lower)) return undefined
    // Rejects other characters that become ASCII letters, such as the Kelvin sign, which becomes k.
    if (char !== lower && /[a-z]/.test(lower) && !/[A-Z]/.test(char)) return undefined
    plain += lower
  }
  return plain
}

function isLabel(label: string): boolean {
  if (!/^[a-z0-9-]+$/.test(label) || label.length > LONGEST_LABEL || label.startsWith('-') || label.endsWith('-')) return false
  if (!label.startsWith('xn--')) return true
  // The Punycode must decode, and its decoded form must encode to the same string.
  const meant = domainToUnicode(label)
  return meant !== label && seenByBrowsers(`${meant}.example.org`) === `${label}.example.org`
}

/** Returns the domain as the URL parser normalises it. */
function seenByBrowsers(domain: string): string | undefined {
  const url = `http://${domain}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined
}

function isAsciiWord(char: string): boolean {
  return /^[A-Za-z0-9]$/.test(char)
}

/** An entry of the block list in events/seed.json. */
export interface SeededBlock {
  readonly userPoolId: string
  readonly type: string
  readonly value: string
  readonly expiresAt?: Date
}

/** Returns true if the event's user is blocked. Compares values as written, and ignores the case of the email address only. */
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

/** Returns true if a sign-up is allowed. Administrators may create any user. Identity providers must have verified the address. */
export function oracleLetsSignUp(event: unknown): boolean {
  const source = own(event, 'triggerSource')
  if (source === 'PreSignUp_AdminCreateUser') return true
  const attributes = own(own(event, 'request'), 'userAttributes')
  const email = own(attributes, 'email')
  if (typeof email !== 'string' || !oracleAllows(email)) return false
  return source !== 'PreSignUp_ExternalProvider' || String(own(attributes, 'email_verified')) === 'true'
}

/** Returns an own property, because inherited properties are not part of the event. */
export function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
