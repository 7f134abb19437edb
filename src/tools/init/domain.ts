/** The allowed domain of the sample events, and of a project that names no other. No real user has an address there. */
export const SAMPLE_DOMAIN = 'example.com'

/**
 * Replaces the allowed domain in sample events, so that they meet their expectations in a project that allows `domain`. A sample that
 * already uses `domain`, for example for a user who must be denied, gets {@link SAMPLE_DOMAIN} instead.
 *
 * @param domain A normalised domain.
 * @example
 * replaceSampleDomain('"mary@example.com"', 'acme.test') // '"mary@acme.test"'
 */
export function replaceSampleDomain(text: string, domain: string): string {
  if (domain === SAMPLE_DOMAIN) return text
  // A domain in JSON follows an @ or a quote. One sample spells the domain in upper case.
  const either = new RegExp(`(?<=[@"])(?:example\\.com|${domain.replaceAll('.', '\\.')})(?![\\w-])`, 'gi')
  return text.replaceAll(either, (found) => {
    const other = found.toLowerCase() === SAMPLE_DOMAIN ? domain : SAMPLE_DOMAIN
    return found === found.toLowerCase() ? other : other.toUpperCase()
  })
}
