import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { emailKey, isDnsName, normaliseDomain, parseEmailAddress } from '../email/address.ts'
import { lazily } from '../lazily.ts'
import type { RuleUser } from '../rules/trigger.ts'
import type { BlockKey, BlockType } from './block-list.ts'

/**
 * The maximum number of keys in one look-up, which is DynamoDB's batch limit.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const MAX_KEYS = 100

/** The maximum length of a Cognito attribute, in characters. */
export const MAX_EMAIL_LENGTH = 2048

// Longer values are hashed, because DynamoDB limits a partition key to 2,048 bytes.
const MAX_VALUE_BYTES = 512
const HASHED = 'sha256:'

const LONGEST_DOMAIN = 253

// `end` matches a character at which a domain or a local part ends. `dropped` matches characters that a parser may remove. Both are
// compiled at their first use, because Unicode classes are slow to compile at a cold start.
const end = lazily(() => /[\s\p{Cc}"'(),/:;<>@[\]\\%!?#]/u)
const dropped = lazily(() => /["\s\p{C}]/gu)

/**
 * Returns a block's partition key. The key contains the pool and the type, so that a user name never matches a `sub` or an address.
 * A long value is hashed, not truncated, because two users must never share a block.
 *
 * @example
 * blockKey({ userPoolId: 'eu-west-1_abc', type: 'email', value: 'eve@example.com' }) // 'eu-west-1_abc#email#eve@example.com'
 */
export function blockKey({ userPoolId, type, value }: BlockKey): string {
  // Also hashes a value that looks like a hash. Otherwise it could have the same key as a long value with that hash.
  const bounded = Buffer.byteLength(value) > MAX_VALUE_BYTES || value.startsWith(HASHED) ? hashValue(value) : value
  return `${userPoolId}#${type}#${bounded}`
}

function hashValue(value: string): string {
  return `${HASHED}${createHash('sha256').update(value).digest('hex')}`
}

/**
 * Returns the keys of all blocks that match a user: the `sub`, the exact and the normalised user name ({@link userNameKey}), the
 * email address, its domain and the parent domains. If programs may read the address differently, it includes the keys of every
 * reading.
 *
 * @returns A crafted address can have more than {@link MAX_KEYS} keys.
 */
export function blockKeys(userPoolId: string, user: Pick<RuleUser, 'sub' | 'userName' | 'email'>): readonly BlockKey[] {
  const { addresses, domains } = emailKeys(user.email)
  const values: readonly (readonly [BlockType, readonly (string | undefined)[]])[] = [
    ['sub', [user.sub]],
    // If users sign in with their email, Cognito sets the user name to the `sub`. Then blocks by `sub` and by user name both match.
    ['username', [user.userName, userNameKey(user.userName)]],
    ['email', addresses],
    ['emailDomain', domains.flatMap(withParents)],
  ]
  return values.flatMap(([type, all]) =>
    [...new Set(all)].flatMap((value) => (value === undefined || value === '' ? [] : [{ userPoolId, type, value }])),
  )
}

/**
 * Returns one form for all spellings of a user name. In a case-insensitive pool, triggers get the name as typed or in lower case.
 */
export function userNameKey(userName: string): string {
  // Normalised twice, because a lower-case letter may combine with a mark that did not combine with the upper-case letter.
  return userName.normalize('NFC').toLowerCase().normalize('NFC')
}

function emailKeys(email: string | undefined): { readonly addresses: readonly string[]; readonly domains: readonly string[] } {
  if (email === undefined) return { addresses: [], domains: [] }
  const address = parseEmailAddress(email)
  return address === undefined ? findReadings(email) : { addresses: [emailKey(address)], domains: [address.domain] }
}

/** Returns a domain and its parent domains that have at least two labels. */
function withParents(domain: string): readonly string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, above) => labels.slice(above).join('.'))
}

/** The domains and addresses that some program may read in an ambiguous address. */
interface Readings {
  /** The domains, in ASCII and lower case. */
  readonly domains: readonly string[]
  /** The addresses, each as `local@domain` in lower case. */
  readonly addresses: readonly string[]
}

/**
 * Returns every domain and address that a program may read in an ambiguous address. So a block matches, whichever program read the
 * address.
 *
 * It reads after each `@` and `%` and before each `!`. It decodes encoded words, and it removes comments, quotes and spaces. It
 * converts domains by IDNA2003 and by UTS #46.
 *
 * @param email Only the first {@link MAX_EMAIL_LENGTH} characters are read.
 */
function findReadings(email: string): Readings {
  const domains = new Set<string>()
  const addresses = new Set<string>()
  for (const text of listSpellings(email.slice(0, MAX_EMAIL_LENGTH))) {
    for (const { index } of text.matchAll(/[@%]/g)) {
      const local = takeRunBefore(text, index).toLowerCase()
      for (const domain of listDomainForms(takeRunAfter(text, index + 1))) {
        domains.add(domain)
        if (local !== '') addresses.add(`${local}@${domain}`)
      }
    }
    for (const { index } of text.matchAll(/!/g)) {
      for (const domain of listDomainForms(takeRunBefore(text, index))) domains.add(domain)
    }
  }
  return { domains: [...domains], addresses: [...addresses] }
}

// Uses a loop, because the regular expression `[^...]+$` takes quadratic time, and the user controls the input.
function takeRunBefore(text: string, at: number): string {
  let start = at
  while (start > 0 && !end().test(text.charAt(start - 1))) start -= 1
  return text.slice(start, at)
}

function takeRunAfter(text: string, at: number): string {
  let stop = at
  while (stop < text.length && !end().test(text.charAt(stop))) stop += 1
  return text.slice(at, stop)
}

/** Returns the address, its decoded forms, and each of these without the parts that a parser may remove, such as comments. */
function listSpellings(email: string): ReadonlySet<string> {
  const word = /=\?[^?]*\?([bq])\?([^?]*)(?:\?=|$)/gi
  const decoded = (['latin1', 'utf8'] as const).map((charset) =>
    email.replace(word, (_, encoding: string, text: string) => decodeWord(encoding, text).toString(charset)),
  )
  const texts = [email, ...decoded].flatMap((text) => [
    text,
    text.normalize('NFKC'),
    text.replace(/\\(.)/gs, '$1'),
    text.replace(/\\./gs, ''),
  ])
  return new Set(texts.flatMap((text) => [text, removeComments(text).replace(dropped(), '')]))
}

/** Removes comments. Each call removes the innermost ones, because comments can be nested. */
function removeComments(text: string): string {
  const rest = text.replace(/\([^()]*\)/g, '')
  return rest === text ? text : removeComments(rest)
}

/** Decodes the text of an encoded word (RFC 2047). */
function decodeWord(encoding: string, text: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64')
  return Buffer.from(
    text.replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** Returns the DNS names that programs derive from a domain. */
function listDomainForms(text: string): readonly string[] {
  if (text.length > LONGEST_DOMAIN + 1) return []
  // Applies the mappings of IDNA2003 that UTS #46 does not have.
  const older = text
    .normalize('NFKC')
    .replace(/[ßẞ]/g, 'ss')
    .replace(/ς/g, 'σ')
    .replace(/[\u200c\u200d]/g, '')
  // Cuts the domain at the first character that is invalid in a host name, as some programs do.
  const [host = ''] = /^[a-z\d.-]*/i.exec(text) ?? []
  const forms = [normaliseDomain(text), domainToASCII(text), domainToASCII(older), host]
  const names = forms.map((name) =>
    name
      ?.replace(/\.+/g, '.')
      .replace(/^[.-]|[.-]+$/g, '')
      .toLowerCase(),
  )
  return [...new Set(names)].flatMap((name) => (name !== undefined && name.length <= LONGEST_DOMAIN && isDnsName(name) ? [name] : []))
}
