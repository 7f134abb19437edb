import { assertTexts, describeValue } from '../rules/arguments.ts'
import { hasUnseenCharacter, normaliseDomain } from './address.ts'

/** Domains to look up. */
export interface DomainList {
  /** Whether a pattern matches a domain, however it is spelt. None matches what is no domain. The size of the list costs nothing here. */
  readonly has: (domain: string) => boolean
  /** How many different patterns there are, never none. */
  readonly size: number
  /** Whether it was asked for every domain that there is, and not for some. */
  readonly every: boolean
}

/** Domains as rules take them: patterns, or a list that is made already. */
export type Domains = readonly string[] | DomainList

/** What a rule's parameters may be that are all about domains: patterns one by one, or one list. */
export type DomainArguments = readonly string[] | readonly [DomainList]

const expected = "expected a domain ('example.com'), a domain after '*.' for all below it ('*.example.org'), or only '*' for every domain"

/**
 * Makes a list of domains from patterns. `example.com` matches that domain and nothing below it; `*.example.org` matches
 * whatever is below it, at any depth, and not example.org itself; `*` matches every domain, and must stand alone, so that
 * no list opens to everybody by one entry among many. Patterns are normalised as domains are; duplicates count once.
 *
 * It does not know which suffixes are public: `*.co.uk` is taken at its word.
 *
 * @throws TypeError when there is no pattern, or when one is wrong: it names the pattern, its fault and what is expected.
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
  let every = false
  for (const pattern of patterns) {
    // Types forbid it, plain JavaScript does not: a whole list handed over as one pattern, say.
    if (typeof pattern !== 'string') throw new TypeError(`A domain pattern is a string, not a value of type ${typeof pattern}; ${expected}`)
    if (pattern === '*') {
      every = true
      continue
    }
    const normalised = normalisePattern(pattern)
    if (normalised === undefined) throw new TypeError(`The domain pattern ${formatPatternFault(pattern)}; ${expected}`)
    if (normalised.startsWith('*.')) parents.add(normalised.slice(2))
    else exact.add(normalised)
  }
  const size = exact.size + parents.size
  if (every && size > 0) throw new TypeError(`The domain pattern '*' matches every domain and makes the others pointless; ${expected}`)

  const below = (domain: string): boolean => {
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      if (parents.has(domain.slice(dot + 1))) return true
    }
    return false
  }
  return {
    has: (text) => {
      // Normalised domains are the only ones that stand there, and mostly what is asked for.
      if (exact.has(text)) return true
      const domain = normaliseDomain(text)
      return domain !== undefined && (every || exact.has(domain) || below(domain))
    },
    size: every ? 1 : size,
    every,
  }
}

/**
 * The list behind what a rule was given.
 *
 * @throws TypeError when a pattern is wrong, or there is none: an empty list of denied domains would let everybody through.
 */
export function toDomainList(domains: Domains): DomainList {
  if (!isDomainList(domains)) {
    if (!Array.isArray(domains)) throw new TypeError(`domains is ${describeValue(domains)}; expected a list such as ['example.com']`)
    return domainList(domains)
  }
  // A list of the user's own making may have come out empty.
  if (!(domains.size > 0)) throw new TypeError('A domain list needs at least one pattern; this one is empty')
  return domains
}

/**
 * The same for parameters.
 *
 * @param owner Stands at the start of the error's message: `denyEmailDomains()`.
 */
export function parseDomainArguments(owner: string, given: DomainArguments): DomainList {
  if (areLists(given)) return toDomainList(given[0])
  assertTexts(owner, given)
  return domainList(given)
}

/** Whether a value is a list of domains: a Set is none, though it looks like one, since it knows of no pattern. */
export function isDomainList(value: unknown): value is DomainList {
  return typeof value === 'object' && value !== null && 'has' in value && 'every' in value && typeof value.every === 'boolean'
}

function areLists(given: DomainArguments): given is readonly [DomainList] {
  return given.length === 1 && isDomainList(given[0])
}

/**
 * The one way to write a pattern for some domains: `example.com`, or `*.example.org`, with the domain as normaliseDomain writes it.
 *
 * @returns undefined when it is none; of a lone `*` too, which is no pattern for some.
 */
export function normalisePattern(pattern: string): string | undefined {
  const wild = pattern.startsWith('*.')
  const domain = normaliseDomain(wild ? pattern.slice(2) : pattern)
  return domain === undefined || !wild ? domain : `*.${domain}`
}

/** A pattern that is wrong, and what is wrong with it, in words that follow one another. */
export function formatPatternFault(pattern: string): string {
  return `${quotePattern(pattern)} ${describePatternFault(pattern)}`
}

const longestQuote = 80

function escapeCharacter(char: string): string {
  return char !== ' ' && hasUnseenCharacter(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char
}

/** Patterns come from settings: what does not show there must show in the message, and a megabyte must not. */
function quotePattern(pattern: string): string {
  const start = Array.from(pattern.slice(0, longestQuote), escapeCharacter).join('')
  return pattern.length > longestQuote ? `'${start}...'` : `'${start}'`
}

function describePatternFault(pattern: string): string {
  if (pattern === '') return 'is empty'
  if (hasUnseenCharacter(pattern)) return 'has white space or an invisible character'
  if (pattern.includes('@')) return "has an '@': only what stands behind it is the domain"
  if (/[/\\:?#]/.test(pattern)) return 'looks like a URL'
  const base = pattern.startsWith('*.') ? pattern.slice(2) : pattern
  if (base.includes('*')) return "has a '*' that is not the whole first label"
  if (!base.replace(/\.$/, '').includes('.')) return 'names a whole top-level domain, or no domain at all'
  return 'is not a domain name'
}
