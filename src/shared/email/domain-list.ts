import { normaliseDomain } from './address.ts'
import { normalisePattern, patternFault } from './domain-pattern.ts'

/** Domains to look up. */
export interface DomainList {
  /** Whether a pattern matches a domain, however it is spelt. None matches what is no domain. The size of the list costs nothing here. */
  readonly has: (domain: string) => boolean
  /** How many different patterns there are, never none. */
  readonly size: number
  /** Whether it was asked for every domain that there is, and not for some. */
  readonly every: boolean
}

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
    if (normalised === undefined) throw new TypeError(`The domain pattern ${patternFault(pattern)}; ${expected}`)
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
