import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseDomain, parseEmailAddress } from '../../../src/shared/email/address.ts'
import { buildDomainList, InvalidDomainListError, readDomainList } from '../../../src/shared/email/domain-file.ts'
import { domainList, normalisePattern } from '../../../src/shared/email/domain-list.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../../support/hostile-addresses.ts'
import { runs } from '../../support/runs.ts'

const buildBytes = (patterns: readonly string[]): Uint8Array =>
  buildDomainList(patterns.map((pattern) => normalisePattern(pattern) ?? expect.fail(pattern))).bytes

/** Returns a list without its checksum line, like a list written by hand, without `lifeguard domains build`. */
const withoutSummary = (bytes: Uint8Array): Uint8Array => bytes.subarray(bytes.indexOf(10) + 1)

const built = (patterns: readonly string[]) => readDomainList(buildBytes(patterns))

// Generates names from few labels, so that many are equal or nested, or differ only in a character that sorts next to a dot.
const name = fc
  .array(fc.constantFrom('a', 'b', 'aa', 'a-b', 'ab', 'a0', '0'), { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.a`)
const wild = name.map((domain) => `*.${domain}`)
const below = name.map((domain) => `.${domain}`)
// Local parts may contain characters that sort before `*` and `.`, and marks that a wildcard or a line break would have.
const email = fc.tuple(fc.constantFrom('a', 'b', 'a.b', '$a', "'", '~', 'A', 'a-b', '0'), name).map((parts) => parts.join('@'))
const anyPattern = fc.oneof(name, wild, below, email, fc.constantFrom('*.a', '.a'))
const real = fc.domain().filter((domain) => normaliseDomain(domain) !== undefined)

/** Returns a domain, its other spellings, and similar names that a list must not confuse with it. */
const nearly = (domain: string): readonly string[] => [
  domain,
  `${domain}.`,
  domain.toUpperCase(),
  `x${domain}`,
  `x.${domain}`,
  `y.x.${domain}`,
  `${domain}x`,
  `${domain}.x`,
  domain.slice(1),
  domain.slice(0, -1),
  domain.slice(domain.indexOf('.') + 1),
  `*.${domain}`,
  `.${domain}`,
  `${domain}\0`,
  `${domain}\n`,
  domain.replace('.', '。'),
  domain.replace('.', ''),
]

describe('readDomainList', () => {
  it('matches the same domains and addresses as domainList with the same patterns', () => {
    const locals = ['a', 'B', 'a.b', '$a', '#a', "'", '~', '*', '*.a', 'x']
    fc.assert(
      fc.property(fc.array(anyPattern, { minLength: 1, maxLength: 60 }), fc.array(name, { minLength: 20 }), (patterns, domains) => {
        const list = built(patterns)
        const plain = domainList(patterns)
        const listed = patterns.map((pattern) => pattern.replace(/^\*?\.|^.*@/, ''))
        for (const domain of [...domains, ...listed].flatMap(nearly)) {
          expect([domain, list.has(domain)]).toEqual([domain, plain.has(domain)])
        }
        for (const domain of [...domains, ...listed.filter((each) => each !== 'a')]) {
          for (const local of locals)
            expect([local, domain, list.hasAddress({ local, domain })]).toEqual([local, domain, plain.hasAddress?.({ local, domain })])
        }
      }),
      { numRuns: runs(200) },
    )
  })

  it('findPattern returns the pattern that matches an email address', () => {
    const list = built(['example.com', '.example.org', 'Ann@example.net'])

    expect(list.findPattern('bob@example.com')).toBe('example.com')
    expect(list.findPattern('bob@mail.example.org')).toBe('*.example.org')
    expect(list.findPattern('ANN@example.net')).toBe('ann@example.net')
    expect(['bob@example.net', 'example.net', '"ann"@example.net', 'ann@example.net@example.net'].map(list.findPattern)).toEqual(
      Array(4).fill(undefined),
    )
  })

  it('does not read a * in the local part of an address as a wildcard', () => {
    const list = built(['*.example.com', 'ann@example.org'])

    expect(list.hasAddress({ local: '*', domain: 'example.com' })).toBe(false)
    expect(list.hasAddress({ local: '*.b', domain: 'example.com' })).toBe(false)
    expect(list.hasAddress({ local: '*', domain: 'example.org' })).toBe(false)
  })

  it('matches the same real domains as domainList with the same patterns', () => {
    fc.assert(
      fc.property(fc.array(real, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.boolean()), real, (domains, wilds, other) => {
        const patterns = domains.map((domain) => (wilds.next().value ? `*.${domain}` : domain))
        const list = built(patterns)
        const plain = domainList(patterns)
        for (const domain of [...domains, other].flatMap(nearly)) expect([domain, list.has(domain)]).toEqual([domain, plain.has(domain)])
      }),
    )
  })

  it('findPattern returns the pattern that matches a domain', () => {
    const list = built(['example.com', '*.example.org', '*.München.de', 'b.example.net'])
    expect(list.findPattern('EXAMPLE.com.')).toBe('example.com')
    expect(list.findPattern('a.b.example.org')).toBe('*.example.org')
    expect(list.findPattern('mail.münchen.de')).toBe('*.xn--mnchen-3ya.de')
    expect(['example.org', 'a.example.com', 'example.net', 'com', ''].map(list.findPattern)).toEqual(Array(5).fill(undefined))
  })

  it('sets size to the number of patterns in the file, and every to false', () => {
    expect(built(['example.com', 'EXAMPLE.com', '*.example.org', 'mail.example.org'])).toMatchObject({ size: 2, every: false })
  })

  it('matches domains of the maximum length, with few or many labels', () => {
    const longest = `${`${'a'.repeat(61)}.`.repeat(4)}com.de`.slice(-253)
    const labels = `${'a.'.repeat(125)}com`
    expect([longest.length, labels.length]).toEqual([253, 253])
    for (const domain of [longest, labels]) {
      expect(built([domain]).has(domain)).toBe(true)
      expect(built([`*.${domain.slice(2)}`]).has(domain)).toBe(normaliseDomain(domain.slice(2)) !== undefined && domain[1] === '.')
      expect(built([`*.${domain}`]).has(domain)).toBe(false)
      expect(built([domain]).has(`a${domain}`)).toBe(false)
    }
    expect(built(['*.a.com']).has(labels)).toBe(true)
  })

  it('returns false for any invalid domain', () => {
    const list = built(['example.com', '*.example.org'])
    const plain = domainList(['example.com', '*.example.org'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(list.has(text)).toBe(plain.has(text))
      }),
    )
    expect(['', '.', '*', '*.example.org', ' example.com', 'a@example.com', 'x'.repeat(1e6), '127.0.0.1'].filter(list.has)).toEqual([])
  })

  it('matches the same domains if the list starts at any offset of a larger Buffer', () => {
    const bytes = buildBytes(['example.com', '*.example.org'])
    for (let offset = 0; offset < 8; offset += 1) {
      const room = Buffer.alloc(bytes.length + 16, 0xff)
      room.set(bytes, offset)
      const list = readDomainList(room.subarray(offset, offset + bytes.length))
      expect(['example.com', 'a.example.org', 'example.org'].map(list.has)).toEqual([true, true, false])
    }
  })

  it('supports 100,000 patterns', () => {
    const list = built(Array.from({ length: 100_000 }, (_, index) => `${index % 2 === 0 ? '*.' : ''}domain-${index}.example`))
    expect(list.size).toBe(100_000)
    expect(['mail.domain-99998.example', 'domain-99999.example', 'domain-1.example', 'a.domain-0.example'].every(list.has)).toBe(true)
    expect(['domain-99998.example', 'mail.domain-99999.example', 'domain-100001.example', 'zzz.example', '0.aa'].filter(list.has)).toEqual(
      [],
    )
  })

  it('reads few bytes per look-up, even if 100,000 patterns differ only in their first characters', () => {
    const patterns = Array.from({ length: 100_000 }, (_, index) => `${index}.${'a'.repeat(60)}.com`)
    let read = 0
    const bytes = buildBytes(patterns)
    const counted = new Proxy(bytes, {
      get(target, key) {
        read += 1
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const list = readDomainList(counted)
    const countReads = (domain: string): number => {
      read = 0
      list.has(domain)
      return read
    }
    expect(Math.max(...['99999', '0', '50000', 'x', '12345.x'].map((start) => countReads(`${start}.${'a'.repeat(60)}.com`)))).toBeLessThan(
      5000,
    )
  })
})

describe('readDomainList with hostile addresses', () => {
  const list = built(allowedDomains)
  const allows = (text: string): boolean => {
    const address = parseEmailAddress(text)
    return address !== undefined && list.has(address.domain)
  }

  it('does not match the domain of a hostile address', () => {
    expect(hostileAddresses.filter(({ address }) => allows(address))).toEqual([])
  })

  it('gives the same result as domainList for any part of a hostile address that a program could read as the domain', () => {
    const plain = domainList(allowedDomains)
    const texts = [...hostileAddresses, ...acceptedForms]
      .flatMap(({ address }) => [address, address.slice(address.indexOf('@') + 1), address.slice(address.lastIndexOf('@') + 1)])
      .flatMap(nearly)
    expect(texts.filter((text) => list.has(text) !== plain.has(text))).toEqual([])
    expect(texts.some(list.has)).toBe(true)
  })

  it('matches other spellings of an allowed address', () => {
    expect(acceptedForms.filter(({ address }) => !allows(address))).toEqual([])
  })
})

describe('readDomainList with a damaged list', () => {
  const patterns = Array.from(
    { length: 30 },
    (_, index) => `${index % 3 === 0 ? '*.' : ''}d${index}.${index % 2 === 0 ? 'example.com' : 'example.org'}`,
  )
  const whole = buildBytes(patterns)
  const probes = [...patterns.map((pattern) => pattern.replace('*.', '')), 'example.com', 'a.aa', 'zz.zz', 'd31.example.com'].flatMap(
    (domain) => [domain, `mail.${domain}`],
  )

  function unlessInvalid<V>(work: () => V): V | undefined {
    try {
      return work()
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidDomainListError)
      return undefined
    }
  }

  /** Compares a list with `domainList` of its lines, and returns the probes for which the two give different results. */
  function wrongAnswers(bytes: Uint8Array): readonly string[] {
    const list = unlessInvalid(() => readDomainList(bytes))
    if (list === undefined) return []
    const plain = domainList(Buffer.from(bytes).toString().trimEnd().split('\n'))
    expect(list.size).toBe(plain.size)
    return probes.filter((domain) => list.has(domain) !== plain.has(domain))
  }

  const overwritten = (bytes: Uint8Array, at: number, overwriting: Uint8Array): Uint8Array => {
    const changed = Uint8Array.from(bytes)
    changed.set(overwriting.subarray(0, bytes.length - at), at)
    return changed
  }

  const swapped = (bytes: Uint8Array, one: number, other: number, length: number): Uint8Array => {
    const end = Math.min(length, bytes.length - Math.max(one, other))
    const changed = Uint8Array.from(bytes)
    changed.set(bytes.subarray(one, one + end), other)
    changed.set(bytes.subarray(other, other + end), one)
    return changed
  }

  const isRefused = (bytes: Uint8Array): boolean => unlessInvalid(() => readDomainList(bytes)) === undefined

  it('rejects a list with a flipped bit', () => {
    expect(isRefused(whole)).toBe(false)
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const changed = Uint8Array.from(whole)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect({ bit, refused: isRefused(changed) }).toEqual({ bit, refused: true })
    }
  })

  it('rejects a list with overwritten bytes', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, overwriting) => {
        const changed = overwritten(whole, at, overwriting)
        expect(isRefused(changed)).toBe(!Buffer.from(changed).equals(whole))
      }),
      { numRuns: 2000 },
    )
  })

  it('rejects a list with two swapped parts', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.nat(64), (one, other, length) => {
        const changed = swapped(whole, one, other, length)
        expect(isRefused(changed)).toBe(!Buffer.from(changed).equals(whole))
      }),
      { numRuns: 2000 },
    )
  })

  it('without the checksum line, either rejects a changed list or matches exactly its patterns', () => {
    const lines = withoutSummary(whole)
    const place = fc.nat(lines.length - 1)
    const change = fc.oneof(
      fc
        .tuple(place, fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.constantFrom('\n', '.', '*', 'z').map(Buffer.from)))
        .map(([at, overwriting]) => overwritten(lines, at, overwriting)),
      fc.tuple(place, place, fc.nat(64)).map((args) => swapped(lines, ...args)),
      place.map((at) => lines.subarray(at)),
      place.map((at) => lines.subarray(0, at)),
    )
    fc.assert(
      fc.property(change, (changed) => {
        expect(wrongAnswers(changed)).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('rejects a list with missing bytes at the end', () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readDomainList(whole.subarray(0, length))).toThrow(InvalidDomainListError)
    }
  })

  it('accepts a list that is cut before a line, but rejects a cut line unless the rest is a valid pattern', () => {
    for (let start = 1; start < whole.length; start += 1) {
      const refused = isRefused(whole.subarray(start))
      // The rest of a cut line may be a valid pattern. An accepted list must then match exactly the remaining patterns.
      if (whole[start - 1] === 10) expect(refused).toBe(false)
      else expect(wrongAnswers(whole.subarray(start))).toEqual([])
    }
  })

  it.each([
    ['a zero byte', Uint8Array.of(0), 'Line 32 of the domain list is wrong: found no LF at the end'],
    ['an empty line', Uint8Array.of(10), "Line 32 of the domain list is wrong: '' is empty"],
    ['another list', whole, 'Line 32 of the domain list is wrong: found a comment'],
  ])('rejects a list with appended bytes: %s', (_, more, message) => {
    expect(() => readDomainList(Uint8Array.from([...whole, ...more]))).toThrow(message)
  })

  it('rejects a list with a changed encoding or changed line endings', () => {
    const text = Buffer.from(whole).toString()
    for (const bytes of [
      Buffer.from(text.replaceAll('\n', '\r\n')),
      Buffer.from(`\uFEFF${text}`),
      Buffer.from(text, 'utf16le'),
      Buffer.from(Buffer.from(text).toString('base64')),
    ])
      expect(() => readDomainList(bytes)).toThrow(/^Line 1 of the domain list is wrong: .*. Run lifeguard domains build$/)
  })

  it('reports the expected checksum line if all other lines are valid', () => {
    const lines = Buffer.from(whole).toString().trimEnd().split('\n')
    const cut = Buffer.from(`${lines.slice(0, -1).join('\n')}\n`)
    const { summary } = summaryFor(29, withoutSummary(cut))
    expect(() => readDomainList(cut)).toThrow(
      `Line 1 of the domain list is wrong: the checksum does not match, so the list was cut off or edited; expected ${summary}. Run lifeguard domains build`,
    )
    expect(readDomainList(Buffer.from(`${summary}\n${lines.slice(1, -1).join('\n')}\n`)).size).toBe(29)
  })

  it.each([
    ['', 'The domain list is empty. Run lifeguard domains build'],
    ['# built by lifeguard domains build; patterns: 0; crc-32: 00000000\n', 'The domain list is empty'],
    ['example.com', 'Line 1 of the domain list is wrong: found no LF at the end, so the list may be cut off; expected LF'],
    [
      'example.com\n\n',
      "Line 2 of the domain list is wrong: '' is empty; expected a pattern ('example.com', '*.example.org', 'ann@example.com')",
    ],
    ['example.com\r\n', 'Line 1 of the domain list is wrong: found CR LF; expected LF'],
    ['\uFEFFexample.com\n', 'Line 1 of the domain list is wrong: found a byte order mark; expected UTF-8 without one'],
    ['# staff\nexample.com\n', 'Line 1 of the domain list is wrong: found a comment'],
    ['example.com\n*\n', "Line 2 of the domain list is wrong: '*' has a '*' that is not the whole first label"],
    ['com\n', "Line 1 of the domain list is wrong: 'com' names a whole top-level domain"],
    ['a@b.com\nA@c.com\n', "Line 2 of the domain list is wrong: 'A@c.com' is not normalised; expected 'a@c.com'"],
    ['*@a.com\n', "Line 1 of the domain list is wrong: '*@a.com' has no local part before the '@'; did you mean 'a.com'?"],
    ['.a.com\n', "Line 1 of the domain list is wrong: '.a.com' is two patterns; expected the lines 'a.com' and '*.a.com'"],
    ['*.a.com\nann@b.a.com\n', "Line 2 of the domain list is wrong: '*.a.com' in the line above already matches 'ann@b.a.com'"],
    ['a.com\n b.com\n', "Line 2 of the domain list is wrong: ' b.com' has whitespace"],
    ['a.com\nb\u202e.com\n', "Line 2 of the domain list is wrong: 'b\\u{202e}.com' has whitespace or an invisible character"],
    [`${'a'.repeat(1e6)}\n`, `Line 1 of the domain list is wrong: '${'a'.repeat(80)}...' names`],
    ['a.com\nB.com\n', "Line 2 of the domain list is wrong: 'B.com' is not normalised; expected 'b.com'"],
    ['münchen.de\n', "Line 1 of the domain list is wrong: 'münchen.de' is not normalised; expected 'xn--mnchen-3ya.de'"],
    [
      'a.com\nc.com\nb.com\n',
      "Line 3 of the domain list is wrong: 'b.com' is out of order after 'c.com'; expected lines sorted by their reversed text",
    ],
    ['a.com\na.com\n', "Line 2 of the domain list is wrong: 'a.com' is a duplicate of the line above; expected every pattern once"],
    ['*.a.com\nb.a.com\n', "Line 2 of the domain list is wrong: '*.a.com' in the line above already matches 'b.a.com'; remove 'b.a.com'"],
    ['*.a.com\n*.b.a.com\n', "Line 2 of the domain list is wrong: '*.a.com' in the line above already matches '*.b.a.com'"],
  ])('reports the number of the invalid line and the expected content for the list %j', (text, message) => {
    expect(() => readDomainList(Buffer.from(text))).toThrow(InvalidDomainListError)
    expect(() => readDomainList(Buffer.from(text))).toThrow(message)
  })

  it('reports the number of the first invalid line', () => {
    const line = fc.oneof(
      { weight: 20, arbitrary: fc.oneof(name, wild) },
      { weight: 1, arbitrary: fc.constantFrom('a', '', '*', 'A.a', 'a.a\r', '.a.a', '*@a.a', 'A@a.a') },
      { weight: 4, arbitrary: email },
    )
    const reverse = (text: string): string => Array.from(text).reverse().join('')
    const sorted = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.map(reverse).sort().map(reverse))
    fc.assert(
      fc.property(fc.oneof(sorted, fc.array(line, { minLength: 1, maxLength: 4 })), (lines) => {
        const isRight = (text: string, index: number): boolean => {
          const above = lines[index - 1]
          const isCovered = above?.startsWith('*.') === true && text.endsWith(above.slice(1))
          return (
            normalisePattern(text) === text &&
            !text.startsWith('.') &&
            (above === undefined || (reverse(above) < reverse(text) && !isCovered))
          )
        }
        const wrong = lines.findIndex((text, index) => !isRight(text, index))
        const read = (): unknown => readDomainList(Buffer.from(lines.map((text) => `${text}\n`).join('')))
        if (wrong === -1) expect(read()).toMatchObject({ size: lines.length })
        else expect(read).toThrow(`Line ${wrong + 1} of the domain list is wrong`)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([['example.com'], [undefined], [['example.com']], [{}]])('rejects a value that is not a Uint8Array: %j', (value) => {
    expect(() => Reflect.apply(readDomainList, undefined, [value])).toThrow(/^A domain list must be a Uint8Array, not a value of type/)
  })
})

/** Returns the checksum line of a list. Computes the CRC-32 bit by bit, independently of the code under test. */
function summaryFor(patterns: number, lines: Uint8Array): { readonly summary: string } {
  let crc = ~patterns
  for (const byte of lines) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  const hex = (~crc >>> 0).toString(16).padStart(8, '0')
  return { summary: `# built by lifeguard domains build; patterns: ${patterns}; crc-32: ${hex}` }
}

describe('buildDomainList', () => {
  it('removes and counts duplicates and patterns that a wildcard covers', () => {
    const { patterns, duplicates, covered } = buildDomainList([
      'a.example.org',
      'example.org',
      '*.example.org',
      'example.org',
      '*.b.example.org',
      'a.example.org',
      'example.com',
      'notexample.org',
    ])
    expect({ patterns, duplicates, covered }).toEqual({ patterns: 4, duplicates: 2, covered: 2 })
  })

  it('writes a pattern that starts with a dot as two lines, and removes addresses below a wildcard', () => {
    const { bytes, patterns, covered } = buildDomainList(['.example.com', 'ann@mail.example.com', 'ann@example.org'])
    expect(Buffer.from(withoutSummary(bytes)).toString()).toBe('ann@example.org\nexample.com\n*.example.com\n')
    expect({ patterns, covered }).toEqual({ patterns: 3, covered: 1 })
  })

  it('returns the same bytes for the same patterns in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyPattern, { minLength: 1 }), (patterns) => {
        expect(buildBytes(patterns.toReversed())).toEqual(buildBytes(patterns))
      }),
    )
  })

  it('writes the format that docs/guides/domain-lists.md shows', async () => {
    const bytes = buildBytes(['example.com', '*.example.com', 'example.org', 'mail.example.net', 'a.example.org'])
    const lines = 'example.org\na.example.org\nexample.com\n*.example.com\nmail.example.net\n'
    expect(Buffer.from(bytes).toString()).toBe(`${summaryFor(5, Buffer.from(lines)).summary}\n${lines}`)
    expect(await readFile('docs/guides/domain-lists.md', 'utf8')).toContain(`\n${Buffer.from(bytes)}\`\`\`\n`)
  })

  it('writes lines that readDomainList accepts without the checksum line', () => {
    fc.assert(
      fc.property(fc.array(anyPattern, { minLength: 1 }), (patterns) => {
        const list = readDomainList(withoutSummary(buildBytes(patterns)))
        const plain = domainList(patterns)
        for (const domain of patterns.map((pattern) => pattern.replace(/^\*?\.|^.*@/, '')).flatMap(nearly)) {
          expect([domain, list.has(domain)]).toEqual([domain, plain.has(domain)])
        }
      }),
    )
  })

  it('throws for an empty array of patterns', () => {
    expect(() => buildDomainList([])).toThrow('A domain list needs at least one pattern')
  })
})
