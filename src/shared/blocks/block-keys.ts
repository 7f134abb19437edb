import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { emailKey, isDnsName, normaliseDomain, parseEmailAddress } from '../email/address.ts'
import { lazily } from '../lazily.ts'
import type { RuleUser } from '../rules/trigger.ts'
import type { BlockKey, BlockType } from './block-list.ts'

/**
 * The most keys that one look-up takes, which is what DynamoDB takes in a batch.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const MAX_KEYS = 100

/** The longest attribute that Cognito stores, in characters. */
export const MAX_EMAIL_LENGTH = 2048

// DynamoDB takes at most 2,048 bytes in a partition key. Longer values are rare, so their readability is not missed.
const MAX_VALUE_BYTES = 512
const HASHED = 'sha256:'

const LONGEST_DOMAIN = 253

// No program takes one of these for a part of a domain or a local part. Made when the first odd address comes: a class of Unicode
// in a literal would be compiled at every cold start.
const end = lazily(() => /[\s\p{Cc}"'(),/:;<>@[\]\\%!?#]/u)
const dropped = lazily(() => /["\s\p{C}]/gu)

/**
 * A block's partition key: of a pool, of a type, so that no user name can be taken for a `sub` or an address. A value that
 * is too long for a key is hashed rather than cut: two users must never share a block.
 *
 * @example
 * blockKey({ userPoolId: 'eu-west-1_abc', type: 'email', value: 'eve@example.com' }) // 'eu-west-1_abc#email#eve@example.com'
 */
export function blockKey({ userPoolId, type, value }: BlockKey): string {
  // A value that looks like a hash is hashed too: it must not be taken for the one whose hash it shows.
  const bounded = Buffer.byteLength(value) > MAX_VALUE_BYTES || value.startsWith(HASHED) ? hashValue(value) : value
  return `${userPoolId}#${type}#${bounded}`
}

function hashValue(value: string): string {
  return `${HASHED}${createHash('sha256').update(value).digest('hex')}`
}

/**
 * Returns the keys by which a user may be blocked: the `sub`, the user name as it is and as {@link userNameKey} writes it, the
 * address, and its domain with every domain above. Of an address that programs may read in several ways, all of them count.
 *
 * @returns More than {@link MAX_KEYS} of them for an address that was made to have too many.
 */
export function blockKeys(userPoolId: string, user: Pick<RuleUser, 'sub' | 'userName' | 'email'>): readonly BlockKey[] {
  const { addresses, domains } = emailKeys(user.email)
  const values: readonly (readonly [BlockType, readonly (string | undefined)[]])[] = [
    ['sub', [user.sub]],
    // In pools where the address is the user name Cognito makes the user name equal to `sub`; a block on either is found.
    ['username', [user.userName, userNameKey(user.userName)]],
    ['email', addresses],
    ['emailDomain', domains.flatMap(withParents)],
  ]
  return values.flatMap(([type, all]) =>
    [...new Set(all)].flatMap((value) => (value === undefined || value === '' ? [] : [{ userPoolId, type, value }])),
  )
}

/** One form for the spellings of a user name: pools that do not tell case apart hand triggers what the user typed, or lower case. */
export function userNameKey(userName: string): string {
  // Twice, because a letter in lower case may join with a mark that it could not join with before.
  return userName.normalize('NFC').toLowerCase().normalize('NFC')
}

function emailKeys(email: string | undefined): { readonly addresses: readonly string[]; readonly domains: readonly string[] } {
  if (email === undefined) return { addresses: [], domains: [] }
  const address = parseEmailAddress(email)
  return address === undefined ? findReadings(email) : { addresses: [emailKey(address)], domains: [address.domain] }
}

/** A domain and every domain above it, down to two labels. */
function withParents(domain: string): readonly string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, above) => labels.slice(above).join('.'))
}

/** What some program may read in an address that is not a plain one. */
interface Readings {
  /** In ASCII and lower case. */
  readonly domains: readonly string[]
  /** Each as `local@domain`, in lower case. */
  readonly addresses: readonly string[]
}

/**
 * Reads every domain and address in a text that is not exactly one plain address: behind each `@` and `%`, before each `!`, in
 * encoded words, with comments, quotes and spaces dropped, by IDNA2003 and by UTS #46. It finds more than any one program does:
 * so a block holds, whichever program has read the address before.
 *
 * @param email Only the first {@link MAX_EMAIL_LENGTH} characters are read.
 */
function findReadings(email: string): Readings {
  const domains = new Set<string>()
  const addresses = new Set<string>()
  for (const text of listSpellings(email.slice(0, MAX_EMAIL_LENGTH))) {
    for (const { index } of text.matchAll(/[@%]/g)) {
      const local = takeRunBefore(text, index).toLowerCase()
      for (const domain of listDomainForms(takeRunBehind(text, index + 1))) {
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

// Loops, because `[^...]+$` takes the square of a text's length, and the text is the user's.
function takeRunBefore(text: string, at: number): string {
  let start = at
  while (start > 0 && !end().test(text.charAt(start - 1))) start -= 1
  return text.slice(start, at)
}

function takeRunBehind(text: string, at: number): string {
  let stop = at
  while (stop < text.length && !end().test(text.charAt(stop))) stop += 1
  return text.slice(at, stop)
}

/** The text as it stands, with its encoded words decoded, and each of these without the parts that a parser may drop. */
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
  return new Set(texts.flatMap((text) => [text, withoutComments(text).replace(dropped(), '')]))
}

/** Comments may hold comments: each call takes the innermost ones. */
function withoutComments(text: string): string {
  const rest = text.replace(/\([^()]*\)/g, '')
  return rest === text ? text : withoutComments(rest)
}

/** The bytes of an encoded word of RFC 2047. */
function decodeWord(encoding: string, text: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64')
  return Buffer.from(
    text.replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** The names that programs make of a domain. */
function listDomainForms(text: string): readonly string[] {
  if (text.length > LONGEST_DOMAIN + 1) return []
  // IDNA2003 maps these before UTS #46 sees them.
  const older = text
    .normalize('NFKC')
    .replace(/[ßẞ]/g, 'ss')
    .replace(/ς/g, 'σ')
    .replace(/[\u200c\u200d]/g, '')
  // Some programs end a domain at the first sign that no host name has.
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
