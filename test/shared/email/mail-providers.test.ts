import { describe, expect, it } from 'vitest'
import { normaliseDomain, parseEmailAddress } from '../../../src/shared/email/address.ts'
import { hasTag, indexProviders, MAIL_PROVIDERS, type MailProvider, toCanonicalEmail } from '../../../src/shared/email/mail-providers.ts'

const known = indexProviders('test', [])

/** Parses an address, which must be valid. */
function parse(text: string) {
  const address = parseEmailAddress(text)
  if (address === undefined) throw new Error(`${text} is not an address`)
  return address
}
const canonical = (text: string, providers = known) => toCanonicalEmail(parse(text), providers)

describe('toCanonicalEmail', () => {
  it.each([
    ['A.n.n+news@GoogleMail.com', 'ann@gmail.com'],
    ['ann@gmail.com', 'ann@gmail.com'],
    ['a.nn+x@hotmail.com', 'a.nn@hotmail.com'],
    ['Ann+x@live.co.uk', 'ann@live.co.uk'],
    ['ann+x@fastmail.fm', 'ann@fastmail.fm'],
    ['news@ann.fastmail.com', 'ann@fastmail.com'],
    ['a.n_n-+x@pm.me', 'ann@proton.me'],
    ['ann+x@me.com', 'ann@icloud.com'],
    ['base-shop@yahoo.de', 'base@yahoo.de'],
  ])('returns one address for all spellings: %s is %s', (spelling, expected) => {
    expect(canonical(spelling)).toBe(expected)
  })

  it.each([
    'a.nn+x@example.com',
    'ann-x@gmail.com',
    'ann+x@yahoo.com',
    'a.nn@outlook.com',
    '+ann@gmail.com',
    '-ann@yahoo.com',
    '_-_@proton.me',
    'news@a.ann.fastmail.com',
    'ann+x@mail.gmail.com',
  ])('keeps %s, because its provider may deliver it to another mailbox', (address) => {
    expect(canonical(address)).toBe(address)
  })

  it('returns the same address for a canonical address', () => {
    for (const { domains } of MAIL_PROVIDERS)
      for (const domain of domains) {
        const once = canonical(`a.b_c+d@${domain}`)
        expect(canonical(once)).toBe(once)
      }
  })

  it('compares addresses of a given provider, which replaces a known one', () => {
    const own: MailProvider = { name: 'Own', domains: ['example.com', 'gmail.com'], separator: '-', ignored: '.' }
    const providers = indexProviders('test', [own])

    expect(canonical('a.nn-x@example.com', providers)).toBe('ann@example.com')
    expect(canonical('ann+x@gmail.com', providers)).toBe('ann+x@gmail.com')
    expect(canonical('ann+x@outlook.com', providers)).toBe('ann@outlook.com')
  })
})

describe('hasTag', () => {
  it.each([
    ['ann+x@gmail.com', true],
    ['a.n.n@gmail.com', false],
    ['+ann@gmail.com', false],
    ['ann-x@yahoo.com', true],
    ['ann+x@yahoo.com', false],
    ['news@ann.fastmail.com', true],
    ['ann+x@example.com', false],
  ])('%s: %s', (address, expected) => {
    expect(hasTag(parse(address), known)).toBe(expected)
  })
})

describe('MAIL_PROVIDERS', () => {
  it('names a source for each provider, and each domain once in its normal form', () => {
    const domains = MAIL_PROVIDERS.flatMap((provider) => provider.domains)
    for (const { source } of MAIL_PROVIDERS) expect(source).toMatch(/^https:/)
    expect(new Set(domains).size).toBe(domains.length)
    expect(domains.map(normaliseDomain)).toEqual(domains)
  })
})

describe('indexProviders', () => {
  const valid = { name: 'Own', domains: ['example.com'], separator: '+' }
  it.each<readonly [unknown, string]>([
    [valid, 'test: providers is an object; expected a list of providers'],
    [[undefined], "domains must be a list of domains in lower case, such as { name: 'Example'"],
    [[{ ...valid, domains: [] }], 'domains must be a list'],
    [[{ ...valid, domains: ['Example.com'] }], 'domains must be a list of domains in lower case'],
    [[{ ...valid, separator: '=' }], "separator must be '+' or '-'"],
    [[{ ...valid, ignored: ['.'] }], "ignored is an array; expected text like '.'"],
    [[{ ...valid, sharedBy: 'example.org' }], 'sharedBy must be one of its domains'],
    [[{ ...valid, subdomains: 'yes' }], 'subdomains must be true or missing'],
  ])('throws for %j', (providers, message) => {
    const index = (): unknown => Reflect.apply(indexProviders, undefined, ['test', providers])
    expect(index).toThrow(TypeError)
    expect(index).toThrow(message)
  })
})
