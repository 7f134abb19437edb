import { type DomainList, domainList } from './domain-list.ts'

/** Domains as rules take them: patterns, or a list that is made already. */
export type Domains = readonly string[] | DomainList

/** What a rule's parameters may be that are all about domains: patterns one by one, or one list. */
export type DomainArguments = readonly string[] | readonly [DomainList]

/**
 * The list behind what a rule was given.
 *
 * @throws TypeError when a pattern is wrong, or there is none: an empty list of denied domains would let everybody through.
 */
export function listOf(domains: Domains): DomainList {
  if (!isDomainList(domains)) return domainList(domains)
  // A list of the user's own making may have come out empty.
  if (!(domains.size > 0)) throw new TypeError('A domain list needs at least one pattern; this one is empty')
  return domains
}

/** The same for parameters. */
export function listOfArguments(given: DomainArguments): DomainList {
  return areLists(given) ? listOf(given[0]) : domainList(given)
}

/** Whether a value is a list of domains: a Set is none, though it looks like one, since it knows of no pattern. */
export function isDomainList(value: unknown): value is DomainList {
  return typeof value === 'object' && value !== null && 'has' in value && 'every' in value && typeof value.every === 'boolean'
}

function areLists(given: DomainArguments): given is readonly [DomainList] {
  return given.length === 1 && isDomainList(given[0])
}
