import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseDomain, parseEmailAddress } from '../../../src/shared/email/address.ts'
import { domainList } from '../../../src/shared/email/domain-list.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../../support/hostile-addresses.ts'

const realDomain = fc.domain().filter((domain) => normaliseDomain(domain) !== undefined)
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9]{0,8}[a-z0-9])?$/)

describe('domainList', () => {
  it('matches a domain exactly, and a wildcard at any depth below its domain', () => {
    const list = domainList(allowedDomains)
    const matched = ['example.com', 'EXAMPLE.COM.', 'mail.example.org', 'a.b.c.d.example.org']
    const unmatched = [
      'mail.example.com',
      'example.org',
      'badexample.org',
      'example.com.evil.com',
      'com',
      'org',
      '',
      '*',
      '*.example.org',
      'a@example.com',
    ]
    expect(matched.filter((domain) => !list.has(domain))).toEqual([])
    expect(unmatched.filter((domain) => list.has(domain))).toEqual([])
  })

  it('normalises its patterns, and counts equal patterns once', () => {
    const list = domainList(['Example.COM', 'example.com.', '*.München.de', '*.xn--mnchen-3ya.de', 'münchen.de'])
    expect(list.size).toBe(3)
    expect(list.has('mail.münchen.de')).toBe(true)
    expect(list.has('xn--mnchen-3ya.de')).toBe(true)
  })

  it('matches every valid domain if the only pattern is *', () => {
    const list = domainList(['*', '*'])
    expect(list.size).toBe(1)
    expect(list.has('anything.example')).toBe(true)
    expect(['', 'localhost', '127.0.0.1', '*', 'a b.com'].filter((text) => list.has(text))).toEqual([])
  })

  it('matches a listed domain, but not its subdomains or a domain that starts or ends with the listed one', () => {
    fc.assert(
      fc.property(realDomain, label, label, (domain, start, top) => {
        const list = domainList([domain])
        expect(list.has(domain.toUpperCase())).toBe(true)
        expect([start + domain, `${start}-${domain}`, `${start}.${domain}`, `${domain}.${top}`, domain + top].filter(list.has)).toEqual([])
      }),
    )
  })

  it('matches a.example.com for the pattern *.example.com, but not example.com or badexample.com', () => {
    fc.assert(
      fc.property(realDomain, label, label, (domain, start, other) => {
        fc.pre(normaliseDomain(`${other}.${start}.${domain}`) !== undefined)
        const list = domainList([`*.${domain}`])
        expect([`${start}.${domain}`, `${other}.${start}.${domain}`].every(list.has)).toBe(true)
        expect([domain, start + domain, `${domain}.${other}`].filter(list.has)).toEqual([])
      }),
    )
  })

  it('gives the same result as a linear search through the patterns', () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'aa'), { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'))
    const pattern = fc.oneof(
      name,
      name.map((domain) => `*.${domain}`),
    )
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 6 }), name, (patterns, domain) => {
        const found = patterns.some((one) => (one.startsWith('*') ? domain.endsWith(one.slice(1)) : domain === one))
        expect(domainList(patterns).has(domain)).toBe(found)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws during a look-up', () => {
    const lists = [domainList(allowedDomains), domainList(['*'])]
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const list of lists) expect(typeof list.has(text)).toBe('boolean')
      }),
    )
  })

  it('supports 100,000 patterns', () => {
    const patterns = Array.from({ length: 100_000 }, (_, index) => `${index % 2 === 0 ? '*.' : ''}domain-${index}.example`)
    const list = domainList(patterns)
    expect(list.size).toBe(100_000)
    expect(list.has('mail.domain-99998.example')).toBe(true)
    expect(list.has('domain-99999.example')).toBe(true)
    expect(list.has('domain-99998.example')).toBe(false)
    expect(list.has('mail.domain-99999.example')).toBe(false)
  })

  it('ignores later changes to the array of patterns', () => {
    const patterns = ['example.com']
    const list = domainList(patterns)
    patterns.push('evil.com')
    expect(list.has('evil.com')).toBe(false)
  })
})

describe('domainList with invalid patterns', () => {
  const expected =
    /; expected a domain \('example\.com'\), '\*\.' and a domain for its subdomains \('\*\.example\.org'\), or only '\*' for every domain$/

  it.each([
    ['', "'' is empty"],
    [' example.com', "' example.com' has whitespace"],
    ['exam\u00adple.com', "'exam\\u{ad}ple.com' has whitespace or an invisible character"],
    ['a\nb.com', "'a\\u{a}b.com' has whitespace"],
    ['@example.com', "'@example.com' has an '@'; expected only the domain"],
    ['ann@example.com', "'ann@example.com' has an '@'"],
    ['https://example.com', "'https://example.com' looks like a URL"],
    ['example.com/login', "'example.com/login' looks like a URL"],
    ['example.com:25', "'example.com:25' looks like a URL"],
    ['*example.com', "'*example.com' has a '*' that is not the whole first label"],
    ['foo.*.com', "'foo.*.com' has a '*'"],
    ['*.*.com', "'*.*.com' has a '*'"],
    ['**', "'**' has a '*'"],
    ['com', "'com' names a whole top-level domain, or no domain at all"],
    ['com.', "'com.' names a whole top-level domain"],
    ['*.com', "'*.com' names a whole top-level domain"],
    ['*.com.', "'*.com.' names a whole top-level domain"],
    ['*.', "'*.' names a whole top-level domain, or no domain at all"],
    ['localhost', "'localhost' names a whole top-level domain, or no domain at all"],
    ['.example.com', "'.example.com' is not a domain name"],
    ['example.com,example.org', "'example.com,example.org' is not a domain name"],
    ['127.0.0.1', "'127.0.0.1' is not a domain name"],
    ['xn--a.com', "'xn--a.com' is not a domain name"],
    [`${'a'.repeat(300)}.com`, `'${'a'.repeat(80)}...' is not a domain name`],
  ])('throws an error that describes the invalid pattern %j', (pattern, message) => {
    const make = (): unknown => domainList(['example.com', pattern])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(`The domain pattern ${message}`)
    expect(make).toThrow(expected)
  })

  it('rejects a * among other patterns', () => {
    for (const patterns of [
      ['*', 'example.com'],
      ['*.example.org', '*'],
    ]) {
      expect(() => domainList(patterns)).toThrow("The domain pattern '*' matches every domain, so it must be the only one")
    }
  })

  it('rejects a pattern that is not a string', () => {
    for (const pattern of [['example.com'], undefined, null, 7]) {
      const patterns: unknown[] = [pattern]
      const make = (): unknown => Reflect.apply(domainList, undefined, [patterns])
      expect(make).toThrow(TypeError)
      expect(make).toThrow(/^A domain pattern must be a string, not a value of type (?:object|undefined|number); expected a domain/)
    }
  })

  it('rejects an empty list of patterns', () => {
    expect(() => domainList([])).toThrow(TypeError)
    expect(() => domainList([])).toThrow('A domain list needs at least one pattern; expected a domain')
  })
})

describe('domainList with hostile addresses', () => {
  const list = domainList(allowedDomains)
  const allows = (text: string): boolean => {
    const address = parseEmailAddress(text)
    return address !== undefined && list.has(address.domain)
  }

  it('tests more than sixty hostile addresses, without duplicates', () => {
    expect(new Set(hostileAddresses.map(({ address }) => address)).size).toBe(hostileAddresses.length)
    expect(hostileAddresses.length).toBeGreaterThan(60)
  })

  it.each(hostileAddresses.map(({ trick, address }) => ({ trick, address, shown: JSON.stringify(address.slice(0, 60)) })))(
    'does not match a hostile address ($trick): $shown',
    ({ address }) => {
      expect(allows(address)).toBe(false)
    },
  )

  it.each(acceptedForms)('matches another spelling of an allowed address ($trick): $address', ({ address }) => {
    expect(allows(address)).toBe(true)
  })
})
