import { draw } from '../chaos/random.ts'

/** Generates `count` different domains with typical lengths. The result is always the same. */
export function generateDomains(count: number): readonly string[] {
  const ends = ['com', 'org', 'net', 'de', 'co.uk', 'io', 'fr', 'com.br']
  return Array.from({ length: count }, (_, index) => {
    const length = 4 + Math.floor(draw(index, 'length') * 12)
    const letters = Array.from({ length }, (_, place) => String.fromCharCode(97 + Math.floor(draw(index, 'letter', place) * 26)))
    // The index makes the domains unique.
    return `${letters.join('')}${index.toString(36)}.${ends[index % ends.length]}`
  })
}

/** Returns the source of a hand-written handler that checks the domain. It contains the domains as an array, and makes a Set of them. */
export function bareDomainsSource(domains: readonly string[]): string {
  return `const domains = ${JSON.stringify(domains)}
const allowed = new Set(domains)

export const handler = async (event) => {
  const domain = event.request.userAttributes.email?.split('@')[1]?.toLowerCase() ?? ''
  if (!allowed.has(domain)) throw new Error('This email address cannot be used to sign up')
  return event
}
`
}

/**
 * Returns the source of a handler that checks the domain with Lifeguard's public API. The handler reads the domains from a file beside
 * the bundle.
 */
export function lifeguardDomainsSource(): string {
  return `import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDomainList } from 'cognito-lifeguard'
import { preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'

const list = readDomainList(readFileSync(join(import.meta.dirname, '${DOMAINS_FILE}')))

export const handler = preSignUp(allowEmailDomains(list))
`
}

/** The file name of the domain list beside a bundle. */
export const DOMAINS_FILE = 'allowed.domains'
