import { assertTexts, describeValue } from '../rules/arguments.ts'
import { type EmailAddress, emailKey, hasUnseenCharacter, normaliseDomain, parseEmailAddress } from './address.ts'

/** A set of domains and of single email addresses. */
export interface DomainList {
  /** Normalises a domain, and returns true if a pattern matches. Returns false for an invalid domain, and for an email address. */
  readonly has: (domain: string) => boolean
  /**
   * Returns true if a pattern matches the address: its domain, or the single address. Ignores the case of the local part. A list
   * without this function has only domains.
   */
  readonly hasAddress?: (address: EmailAddress) => boolean
  /** Number of different patterns, at least 1. */
  readonly size: number
  /** True if the list is `*`, which matches every domain. */
  readonly every: boolean
  /** Returns the first patterns as text for developers. Optional for an own implementation. */
  readonly describe?: () => string
}

/** Domains and addresses for a rule: patterns or a list. */
export type Domains = readonly string[] | DomainList

/** The parameters of a rule that takes only domains: patterns, or one list. */
export type DomainArguments = readonly string[] | readonly [DomainList]

// A list may have 100,000 patterns, so a description has only the first ones.
const DESCRIBED = 5

const expected =
  "expected a domain ('example.com'), its subdomains ('*.example.org'), both ('.example.net'), an address ('ann@example.com'), or only '*' for every domain"

/**
 * Creates a list of domains from patterns. Patterns are normalised, and duplicates count once.
 *
 * - `example.com` matches that domain, but not its subdomains.
 * - `*.example.org` matches all subdomains of example.org at any depth, but not example.org itself.
 * - `.example.net` matches both: example.net and all its subdomains. It counts as two patterns.
 * - `ann@example.com` matches this address. The case of the local part does not matter.
 * - `*` matches every domain. It must be the only pattern, so that one entry in a long list cannot allow everyone.
 *
 * Top-level domains and public suffixes are not special: `*.edu` matches every domain under edu, `*.co.uk` every domain under co.uk.
 *
 * @throws TypeError if `patterns` is empty, or if a pattern is invalid.
 * @example
 * const staff = domainList(['example.com', '*.example.org'])
 * staff.has('Example.com')       // true
 * staff.has('mail.example.org')  // true
 * staff.has('example.org')       // false
 */
export function domainList(patterns: readonly string[]): DomainList {
  if (patterns.length === 0) throw new TypeError(`A domain list needs at least one pattern; ${expected}`)
  const exact = new Set<string>()
  const parents = new Set<string>()
  const addresses = new Set<string>()
  let every = false
  for (const pattern of patterns) {
    // Plain JavaScript can pass any value, such as a whole list as one pattern.
    if (typeof pattern !== 'string')
      throw new TypeError(`A domain pattern must be a string, not a value of type ${typeof pattern}; ${expected}`)
    if (pattern === '*') {
      every = true
      continue
    }
    const normalised = normalisePattern(pattern)
    if (normalised === undefined) throw new TypeError(`The domain pattern ${formatPatternFault(pattern)}; ${expected}`)
    for (const each of splitPattern(normalised)) {
      if (each.startsWith('*.')) parents.add(each.slice(2))
      else if (each.includes('@')) addresses.add(each)
      else exact.add(each)
    }
  }
  const size = exact.size + parents.size + addresses.size
  const more = patterns.length > DESCRIBED ? ` and ${patterns.length - DESCRIBED} more` : ''
  const described = `${patterns.slice(0, DESCRIBED).join(', ')}${more}`
  if (every && size > 0) throw new TypeError(`The domain pattern '*' matches every domain, so it must be the only one; ${expected}`)

  const below = (domain: string): boolean => {
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      if (parents.has(domain.slice(dot + 1))) return true
    }
    return false
  }
  const has = (text: string): boolean => {
    // Fast path: most look-ups pass a normalised domain, and the set contains only normalised domains.
    if (exact.has(text)) return true
    const domain = normaliseDomain(text)
    return domain !== undefined && (every || exact.has(domain) || below(domain))
  }
  return {
    has,
    hasAddress: (address) => has(address.domain) || (addresses.size > 0 && addresses.has(emailKey(address))),
    size: every ? 1 : size,
    every,
    describe: () => described,
  }
}

/** Returns true if the list matches the address, by its domain or as a single address. */
export function matchesAddress(list: DomainList, address: EmailAddress): boolean {
  return list.hasAddress?.(address) ?? list.has(address.domain)
}

/** Explains a denial to developers: names the domain of the address and the list. */
export function explainDomain(domain: string, relation: 'in' | 'not in', { size, describe }: DomainList): string {
  return `The domain ${domain} is ${relation} the list: ${describe?.() ?? `${size} patterns`}`
}

/**
 * Converts a rule's argument to a list.
 *
 * @throws TypeError if a pattern is invalid, or if the list is empty: an empty list of denied domains would deny no user.
 */
export function toDomainList(domains: Domains): DomainList {
  if (!isDomainList(domains)) {
    if (!Array.isArray(domains)) throw new TypeError(`domains is ${describeValue(domains)}; expected a list such as ['example.com']`)
    return domainList(domains)
  }
  // A custom implementation of DomainList may be empty, and would then deny or allow no user.
  if (!(domains.size > 0)) throw new TypeError('A domain list needs at least one pattern; this one is empty')
  return domains
}

/**
 * Converts a rule's parameters to a list.
 *
 * @param owner The start of the error message, such as `denyEmailDomains()`.
 */
export function parseDomainArguments(owner: string, given: DomainArguments): DomainList {
  if (areLists(given)) return toDomainList(given[0])
  assertTexts(owner, given)
  return domainList(given)
}

/** Returns true if the value is a domain list. A Set is rejected, because it does not match patterns. */
export function isDomainList(value: unknown): value is DomainList {
  return typeof value === 'object' && value !== null && 'has' in value && 'every' in value && typeof value.every === 'boolean'
}

function areLists(given: DomainArguments): given is readonly [DomainList] {
  return given.length === 1 && isDomainList(given[0])
}

/**
 * Normalises a pattern: `example.com`, `*.example.org`, `.example.net` or `ann@example.com`. Its domain is normalised by
 * `normaliseDomain`, and a local part by `emailKey`. `.edu` becomes `*.edu`, because a top-level domain itself has no addresses.
 *
 * @returns undefined if the pattern is invalid or a lone `*`.
 */
export function normalisePattern(pattern: string): string | undefined {
  if (pattern.includes('@')) {
    const address = parseEmailAddress(pattern)
    // Such a local part is valid, but in a list it would look like a wildcard, a comment or JSON.
    return address === undefined || /\*|^[#{]/.test(address.local) ? undefined : emailKey(address)
  }
  const start = /^\*?\./.exec(pattern)?.[0] ?? ''
  const base = pattern.slice(start.length)
  const domain = normaliseDomain(base)
  if (domain !== undefined || start === '') return domain && start + domain
  // A top-level domain is valid below a label.
  const topLevel = normaliseDomain(`a.${base}`)
  return topLevel && `*${topLevel.slice(1)}`
}

/** Splits `.example.net` into `example.net` and `*.example.net`. Any other normalised pattern is the only element. */
export function splitPattern(normalised: string): readonly string[] {
  return normalised.startsWith('.') ? [normalised.slice(1), `*${normalised}`] : [normalised]
}

/** Returns the quoted pattern and its fault, such as `'com' names a whole top-level domain`. */
export function formatPatternFault(pattern: string): string {
  return `${quotePattern(pattern)} ${describePatternFault(pattern)}`
}

const longestQuote = 80

function escapeCharacter(char: string): string {
  return char !== ' ' && hasUnseenCharacter(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char
}

/** Quotes a pattern for an error message. Escapes invisible characters and truncates long patterns. */
function quotePattern(pattern: string): string {
  const start = Array.from(pattern.slice(0, longestQuote), escapeCharacter).join('')
  return pattern.length > longestQuote ? `'${start}...'` : `'${start}'`
}

function describePatternFault(pattern: string): string {
  if (pattern === '') return 'is empty'
  if (hasUnseenCharacter(pattern)) return 'has whitespace or an invisible character'
  if (pattern.includes('@')) return describeAddressFault(pattern)
  if (/[/\\:?#]/.test(pattern)) return 'looks like a URL'
  const base = pattern.replace(/^\*?\./, '')
  if (base === '') return "has no domain after the '.'"
  if (base.includes('*')) return "has a '*' that is not the whole first label"
  if (pattern.includes('..')) return 'has two dots in a row'
  if (base.replace(/\.$/, '').includes('.')) return 'is not a domain name'
  const topLevel = normalisePattern(`*.${base}`)
  return `names a whole top-level domain, or no domain at all${topLevel ? `; write '${topLevel}' for the whole top-level domain` : ''}`
}

function describeAddressFault(pattern: string): string {
  const at = pattern.indexOf('@')
  const domain = normalisePattern(pattern.slice(at + 1))
  if (/^\*?@/.test(pattern) && domain !== undefined && !domain.includes('@'))
    return `has no local part before the '@'; did you mean '${domain}'?`
  if (pattern.includes('*')) return "has a '*'; expected one whole address, or a domain without '@'"
  return /^[#{]/.test(pattern) ? 'looks like a comment or JSON' : 'is not exactly one plain email address'
}
