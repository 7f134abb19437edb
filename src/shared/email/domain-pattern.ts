import { hasUnseenCharacter, normaliseDomain } from './address.ts'

const longestQuote = 80

function visible(char: string): string {
  return char !== ' ' && hasUnseenCharacter(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char
}

/** Patterns come from settings: what does not show there must show in the message, and a megabyte must not. */
function quoted(pattern: string): string {
  const start = Array.from(pattern.slice(0, longestQuote), visible).join('')
  return pattern.length > longestQuote ? `'${start}...'` : `'${start}'`
}

function faultOf(pattern: string): string {
  if (pattern === '') return 'is empty'
  if (hasUnseenCharacter(pattern)) return 'has white space or an invisible character'
  if (pattern.includes('@')) return "has an '@': only what stands behind it is the domain"
  if (/[/\\:?#]/.test(pattern)) return 'looks like a URL'
  const base = pattern.startsWith('*.') ? pattern.slice(2) : pattern
  if (base.includes('*')) return "has a '*' that is not the whole first label"
  if (!base.replace(/\.$/, '').includes('.')) return 'names a whole top-level domain, or no domain at all'
  return 'is not a domain name'
}

/** A pattern that is wrong, and what is wrong with it, in words that follow one another. */
export function patternFault(pattern: string): string {
  return `${quoted(pattern)} ${faultOf(pattern)}`
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
