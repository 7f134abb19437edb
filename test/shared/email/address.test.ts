import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emailKey,
  hasUnseenCharacter,
  isDnsName,
  isPlainLocalPart,
  normaliseDomain,
  parseEmailAddress,
} from '../../../src/shared/email/address.ts'
import { acceptedForms } from '../../support/hostile-addresses.ts'

/** Arbitrary strings: lone surrogates, unusual Unicode characters, and strings similar to an address. */
const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units))
const awkward = fc.constantFrom(
  '@',
  '.',
  '-',
  'a',
  'E',
  '0',
  'xn--',
  'é',
  'ß',
  'İ',
  'ſ',
  '\u212a',
  '。',
  '％',
  '\u00ad',
  '\u200d',
  '\u0301',
  '\ud800',
  'א',
  '0x',
  '%65',
  ' ',
  '"',
)
const mixture = fc.array(fc.oneof(awkward, codeUnits), { maxLength: 12 }).map((parts) => parts.join(''))
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), codeUnits, mixture)
const anyDomain = fc.oneof(
  fc.domain(),
  fc.tuple(anyText, fc.domain()).map((parts) => parts.join('')),
  fc.tuple(mixture, fc.constant('.com')).map((parts) => parts.join('')),
  anyText,
)
const anyAddress = fc.oneof(
  fc.emailAddress(),
  fc.tuple(fc.constantFrom('eve', 'Eve.A', '"e"'), anyDomain).map((parts) => parts.join('@')),
  anyText,
)

const swapCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))

describe('normaliseDomain', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.com.', 'example.com'],
    ['München.DE', 'xn--mnchen-3ya.de'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['straSSe.de', 'strasse.de'],
    ['xn--strae-oqa.de', 'xn--strae-oqa.de'],
    ['ΑΒΓ.gr', 'xn--mxacd.gr'],
    ['3com.com', '3com.com'],
    ['a--b.com', 'a--b.com'],
    ['axn--b.com', 'axn--b.com'],
    ['example.0xyz', 'example.0xyz'],
    [`${'a'.repeat(63)}.com`, `${'a'.repeat(63)}.com`],
  ])('normalises %j to %j', (text, domain) => {
    expect(normaliseDomain(text)).toBe(domain)
  })

  it.each([
    '',
    '.',
    'com',
    'com.',
    'a..b',
    'example.com..',
    '127.0.0.1',
    '１.２',
    'straße.de',
    'STRAẞE.de',
    '\u212aelvin.com',
    'ｅxample.com',
    'example。com',
    'mu\u0308nchen.de',
    'é.1',
    'a.0x',
    'a.0X1f',
    'xn--a.com',
    'xn--example-.com',
    'xn--9ca.xn--a.com',
    'é.xn--a.com',
    'é-.com\\',
    'a_b.com',
    '-é..com',
    '%65xample.com',
    'exa\u00admple.com',
    'é\u00ad.com',
    'http://example.com',
    `${'a'.repeat(64)}.com`,
  ])('returns undefined for the invalid domain %j', (text) => {
    expect(normaliseDomain(text)).toBeUndefined()
  })

  it('accepts a domain of up to 253 characters, plus a final dot', () => {
    const longest = `${'abc.'.repeat(63)}d`
    expect(longest).toHaveLength(253)
    expect(normaliseDomain(longest)).toBe(longest)
    expect(normaliseDomain(`${longest}.`)).toBe(longest)
    expect(normaliseDomain(`${longest}e`)).toBeUndefined()
    expect(normaliseDomain(`é.${longest.slice(2)}`)).toBeUndefined()
  })

  it('returns a normalised domain unchanged', () => {
    fc.assert(
      fc.property(anyDomain, (text) => {
        const domain = normaliseDomain(text)
        if (domain !== undefined) expect(normaliseDomain(domain)).toBe(domain)
      }),
      { numRuns: 2000 },
    )
  })

  it('returns the same domain for upper-case and lower-case letters', () => {
    fc.assert(
      fc.property(anyDomain, (text) => {
        expect(normaliseDomain(swapCase(text))).toBe(normaliseDomain(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('never drops a Unicode character, and returns only labels of ASCII letters, digits and hyphens', () => {
    const wrong: string[] = []
    for (let code = 0; code <= 0x10ffff; code++) {
      const domain = normaliseDomain(`a${String.fromCodePoint(code)}b.com`)
      if (domain !== undefined && (domain === 'ab.com' || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain)))
        wrong.push(`U+${code.toString(16)}: ${domain}`)
    }
    expect(wrong).toEqual([])
  })
})

describe('parseEmailAddress', () => {
  it.each(acceptedForms)('accepts $trick: $address', ({ address, domain }) => {
    expect(parseEmailAddress(address)).toEqual({ local: address.slice(0, address.indexOf('@')), domain })
  })

  it('accepts an address if it has up to 254 characters, both before and after IDNA conversion', () => {
    const local = 'e'.repeat(64)
    const domain = `${'abc.'.repeat(47)}d`
    expect(parseEmailAddress(`${local}@${domain}`)).toEqual({ local, domain })
    expect(parseEmailAddress(`${local}@${domain}e`)).toBeUndefined()
    const grows = `${'é.'.repeat(23)}abcd.de`
    expect(normaliseDomain(grows)).toHaveLength(191)
    expect(parseEmailAddress(`${local}@${grows}`)).toBeUndefined()
    expect(parseEmailAddress(`${local.slice(2)}@${grows}`)?.domain).toHaveLength(191)
  })

  it('never throws, and returns only printable ASCII addresses, which parse to the same result again', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const address = parseEmailAddress(text)
        if (address === undefined) return
        const written = `${address.local}@${address.domain}`
        expect(written).toMatch(/^[!-?A-~]+@[a-z0-9.-]+$/)
        expect(written.length).toBeLessThanOrEqual(254)
        expect(text.split('@')).toHaveLength(2)
        expect(parseEmailAddress(written)).toEqual(address)
      }),
      { numRuns: 4000 },
    )
  })

  it('rejects an address with an invisible character at any position', () => {
    const unseen = fc
      .integer({ min: 0, max: 0x10ffff })
      .map((code) => String.fromCodePoint(code))
      .filter(hasUnseenCharacter)
    fc.assert(
      fc.property(fc.constantFrom('eve@example.com', 'eve@münchen.de'), fc.nat(15), unseen, (text, place, char) => {
        expect(parseEmailAddress(text.slice(0, place) + char + text.slice(place))).toBeUndefined()
      }),
    )
  })

  it('rejects strings of two million characters', () => {
    for (const char of ['a', '.', '@', 'é', '\ud800', '\u00ad', 'xn--']) {
      expect(parseEmailAddress(char.repeat(2_000_000))).toBeUndefined()
      expect(parseEmailAddress(`eve@${char.repeat(2_000_000)}.com`)).toBeUndefined()
      expect(normaliseDomain(char.repeat(2_000_000))).toBeUndefined()
    }
  })
})

describe('emailKey', () => {
  it('returns the same key for all spellings of an address', () => {
    const keys = ['Ann@Example.com', 'ann@EXAMPLE.COM.', 'ANN@example.com'].map((text) => {
      const address = parseEmailAddress(text)
      return address && emailKey(address)
    })
    expect(keys).toEqual(['ann@example.com', 'ann@example.com', 'ann@example.com'])
  })

  it('keeps tags and dots in the local part', () => {
    expect(emailKey({ local: 'A.nn+News', domain: 'example.com' })).toBe('a.nn+news@example.com')
  })
})

// The specification of `isDnsName`. `isDnsName` itself is a loop, because this regular expression is slow to compile.
const DNS_NAME =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?!(?:\d+|0[Xx][\dA-Fa-f]*)$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

const pieces = fc.constantFrom('.', '-', 'a', 'Z', '0', '9', '0x', '0Xf', 'com', 'é', '\n', '_', 'a'.repeat(62), 'b'.repeat(63))
const almostNames = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))

describe('isDnsName', () => {
  it.each(['example.com', 'a.b', 'EXAMPLE.Com', 'a-b.c-d', '1.a', '3com.com', '0x.0xg', `${'a'.repeat(63)}.com`])(
    'returns true for the domain %s',
    (text) => {
      expect(isDnsName(text)).toBe(true)
    },
  )

  it.each([
    ['one label', 'com'],
    ['no label', ''],
    ['an empty label', 'a..com'],
    ['a dot at the start', '.com'],
    ['a dot at the end', 'a.com.'],
    ['a hyphen at the start of a label', '-a.com'],
    ['a hyphen at the end of a label', 'a.com-'],
    ['a label of 64 characters', `${'a'.repeat(64)}.com`],
    ['a number as last label', '127.0.0.1'],
    ['a hexadecimal number as last label', 'a.0xFF'],
    ['a hexadecimal prefix as last label', 'a.0x'],
    ['a line break at the end', 'a.com\n'],
    ['an underscore', 'a_b.com'],
  ])('returns false for a string with %s', (_, text) => {
    expect(isDnsName(text)).toBe(false)
  })

  it('returns the same result as the regular expression DNS_NAME for any string', () => {
    fc.assert(
      fc.property(fc.oneof(almostNames, fc.domain(), fc.string({ unit: 'binary' })), (text) => {
        expect(isDnsName(text)).toBe(DNS_NAME.test(text))
      }),
      { numRuns: 2000 },
    )
  })
})

const LOCAL_PART = /^(?!.*(?:=\?|\?=))[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*$/

describe('isPlainLocalPart', () => {
  it.each(['ann', 'Ann.Lee', 'a+news', "o'neill", 'a.b.c', '-', '#$&*/=^_?`{|}~'])('returns true for the local part %s', (text) => {
    expect(isPlainLocalPart(text)).toBe(true)
  })

  it.each([
    '',
    '.ann',
    'ann.',
    'a..b',
    'a b',
    'a@b',
    'eve%evil.com',
    'evil.com!eve',
    '"ann"',
    'ann\n',
    'änn',
    '=?utf-8?q?x?=',
    'a=?b',
    'a?=b',
  ])('returns false for the invalid local part %j', (text) => {
    expect(isPlainLocalPart(text)).toBe(false)
  })

  it('returns the same result as the regular expression LOCAL_PART for any string', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 4 })
    fc.assert(
      fc.property(
        fc.oneof(
          ascii,
          fc.array(fc.oneof(ascii, fc.constant('.'))).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          expect(isPlainLocalPart(text)).toBe(LOCAL_PART.test(text))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
