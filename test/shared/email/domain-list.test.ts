import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseDomain, parseEmailAddress } from '../../../src/shared/email/address.ts'
import { domainList, normalisePattern, splitPattern } from '../../../src/shared/email/domain-list.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../../support/hostile-addresses.ts'
import { runs } from '../../support/runs.ts'

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

  it('matches a domain and all its subdomains for a pattern that starts with a dot', () => {
    const list = domainList(['.example.com'])

    expect(['example.com', 'mail.example.com', 'a.b.Example.com.'].filter((domain) => !list.has(domain))).toEqual([])
    expect(['badexample.com', 'example.com.evil.com', 'com', '.example.com', 'ann@example.com'].filter(list.has)).toEqual([])
    expect(list.size).toBe(2)
  })

  it.each(['*.edu', '.edu', '.EDU.'])('matches every domain below a whole top-level domain for the pattern %s', (pattern) => {
    const list = domainList([pattern])

    expect(['mit.edu', 'mail.mit.edu'].filter((domain) => !list.has(domain))).toEqual([])
    expect(['edu', 'mit.edu.evil.com', 'mitedu.com', 'mit.xedu'].filter(list.has)).toEqual([])
    expect(list.size).toBe(1)
  })

  it('matches a single address without regard to case, and no other address of its domain', () => {
    const list = domainList(['Ann+News@Example.COM', 'bob@münchen.de'])
    const matches = (text: string): boolean => {
      const address = parseEmailAddress(text)
      return address !== undefined && list.hasAddress?.(address) === true
    }

    expect(list.size).toBe(2)
    expect(['ann+news@example.com', 'ANN+NEWS@EXAMPLE.com.', 'bob@xn--mnchen-3ya.de'].filter((text) => !matches(text))).toEqual([])
    expect(['ann@example.com', 'bob@example.com', 'ann+news@mail.example.com', 'xann+news@example.com'].filter(matches)).toEqual([])
    expect(['example.com', 'ann+news@example.com', 'münchen.de'].filter(list.has)).toEqual([])
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
      name.map((domain) => `.${domain}`),
      fc.constantFrom('*.a', '.a', '.b'),
      name.map((domain) => `a@${domain}`),
    )
    const matches = (one: string, domain: string): boolean => {
      if (one.startsWith('*')) return domain.endsWith(one.slice(1))
      return one.startsWith('.') ? `.${domain}`.endsWith(one) : domain === one
    }
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 6 }), name, fc.constantFrom('a', 'b'), (patterns, domain, local) => {
        const list = domainList(patterns)
        const byDomain = patterns.some((one) => matches(one, domain))
        expect(list.has(domain)).toBe(byDomain)
        expect(list.hasAddress?.({ local, domain })).toBe(byDomain || patterns.includes(`${local}@${domain}`))
      }),
      { numRuns: runs(1000) },
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
    /; expected a domain \('example\.com'\), its subdomains \('\*\.example\.org'\), both \('\.example\.net'\), an address \('ann@example\.com'\), or only '\*' for every domain$/

  it.each([
    ['', "'' is empty"],
    [' example.com', "' example.com' has whitespace"],
    ['exam\u00adple.com', "'exam\\u{ad}ple.com' has whitespace or an invisible character"],
    ['a\nb.com', "'a\\u{a}b.com' has whitespace"],
    ['@example.com', "'@example.com' has no local part before the '@'; did you mean 'example.com'?"],
    ['*@Example.com', "'*@Example.com' has no local part before the '@'; did you mean 'example.com'?"],
    ['@.example.com', "'@.example.com' has no local part before the '@'; did you mean '.example.com'?"],
    ['@*.example.com', "'@*.example.com' has no local part before the '@'; did you mean '*.example.com'?"],
    ['@ann@example.com', "'@ann@example.com' is not exactly one plain email address"],
    ['@', "'@' is not exactly one plain email address"],
    ['*@', "'*@' has a '*'; expected one whole address"],
    ['ann@*.example.com', "'ann@*.example.com' has a '*'; expected one whole address"],
    ['a*@example.com', "'a*@example.com' has a '*'; expected one whole address"],
    ['*.ann@example.com', "'*.ann@example.com' has a '*'; expected one whole address"],
    ['.ann@example.com', "'.ann@example.com' is not exactly one plain email address"],
    ['ann@.example.com', "'ann@.example.com' is not exactly one plain email address"],
    ['ann@com', "'ann@com' is not exactly one plain email address"],
    ['ann@example.com@example.org', "'ann@example.com@example.org' is not exactly one plain email address"],
    ['<ann@example.com>', "'<ann@example.com>' is not exactly one plain email address"],
    ['mailto:ann@example.com', "'mailto:ann@example.com' is not exactly one plain email address"],
    ['#ann@example.com', "'#ann@example.com' looks like a comment or JSON"],
    ['{ann@example.com', "'{ann@example.com' looks like a comment or JSON"],
    ['=?utf-8?q?eve=40evil.com?=@example.com', "'=?utf-8?q?eve=40evil.com?=@example.com' is not exactly one plain email address"],
    ['https://example.com', "'https://example.com' looks like a URL"],
    ['example.com/login', "'example.com/login' looks like a URL"],
    ['example.com:25', "'example.com:25' looks like a URL"],
    ['*example.com', "'*example.com' has a '*' that is not the whole first label"],
    ['foo.*.com', "'foo.*.com' has a '*'"],
    ['*.*.com', "'*.*.com' has a '*'"],
    ['**', "'**' has a '*'"],
    ['com', "'com' names a whole top-level domain, or no domain at all; write '*.com' for the whole top-level domain"],
    ['com.', "'com.' names a whole top-level domain, or no domain at all; write '*.com'"],
    ['localhost', "'localhost' names a whole top-level domain, or no domain at all"],
    ['-', "'-' names a whole top-level domain, or no domain at all; expected"],
    ['*.123', "'*.123' names a whole top-level domain, or no domain at all; expected"],
    ['*.', "'*.' has no domain after the '.'"],
    ['.', "'.' has no domain after the '.'"],
    ['..', "'..' has two dots in a row"],
    ['..example.com', "'..example.com' has two dots in a row"],
    ['*..com', "'*..com' has two dots in a row"],
    ['.*.example.com', "'.*.example.com' has a '*' that is not the whole first label"],
    ['.-example.com', "'.-example.com' is not a domain name"],
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

  it('accepts a random text only in a form that means one thing and stays the same when normalised again', () => {
    const piece = fc.constantFrom(
      '*',
      '.',
      '@',
      'ann',
      'a',
      '-',
      'example',
      'com',
      'ü',
      '。',
      'ｃ',
      ' ',
      '\0',
      '=?',
      '%',
      '!',
      '"',
      '<',
      'A',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        (text) => {
          const pattern = normalisePattern(text)
          if (pattern === undefined) {
            if (text !== '*') expect(() => domainList([text])).toThrow(TypeError)
            return
          }
          expect(normalisePattern(pattern)).toBe(pattern)
          for (const one of splitPattern(pattern)) expect(one).toMatch(/^(?:(?:\*\.)?[a-z\d.-]+|[^@*]+@[a-z\d.-]+\.[a-z\d.-]+)$/)
          expect(domainList([text]).size).toBe(splitPattern(pattern).length)
        },
      ),
      { numRuns: runs(20_000) },
    )
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
