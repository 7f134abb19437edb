import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseDomain, parseEmailAddress } from '../../../src/shared/email/address.ts'
import { buildDomainList } from '../../../src/shared/email/build-domain-list.ts'
import { type DomainList, domainList } from '../../../src/shared/email/domain-list.ts'
import { checkOf, FIELD, HEADER_LENGTH } from '../../../src/shared/email/domain-list-format.ts'
import { normalisePattern } from '../../../src/shared/email/domain-pattern.ts'
import { InvalidDomainList } from '../../../src/shared/email/invalid-domain-list.ts'
import { readDomainList } from '../../../src/shared/email/read-domain-list.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../../support/hostile-addresses.ts'

const bytesOf = (patterns: readonly string[]): Uint8Array =>
  buildDomainList(patterns.map((pattern) => normalisePattern(pattern) ?? expect.fail(pattern))).bytes

const built = (patterns: readonly string[]) => readDomainList(bytesOf(patterns))

// Few labels, so that they meet: the same ones below each other, one the beginning of another, with what sorts beside a dot.
const name = fc
  .array(fc.constantFrom('a', 'b', 'aa', 'a-b', 'ab', 'a0', '0'), { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.a`)
const wild = name.map((domain) => `*.${domain}`)
const real = fc.domain().filter((domain) => normaliseDomain(domain) !== undefined)

/** What is nearly a domain of a list, or spelt in another way. */
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
  it('answers as the patterns would, one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(name, wild), { minLength: 1, maxLength: 60 }),
        fc.array(name, { minLength: 20 }),
        (patterns, domains) => {
          const list = built(patterns)
          const plain = domainList(patterns)
          for (const domain of [...domains, ...patterns.map((pattern) => pattern.replace('*.', ''))].flatMap(nearly)) {
            expect([domain, list.has(domain)]).toEqual([domain, plain.has(domain)])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('answers as the patterns would, for domains as they are on the internet', () => {
    fc.assert(
      fc.property(fc.array(real, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.boolean()), real, (domains, wilds, other) => {
        const patterns = domains.map((domain) => (wilds.next().value ? `*.${domain}` : domain))
        const list = built(patterns)
        const plain = domainList(patterns)
        for (const domain of [...domains, other].flatMap(nearly)) expect([domain, list.has(domain)]).toEqual([domain, plain.has(domain)])
      }),
    )
  })

  it('names the pattern that matches', () => {
    const list = built(['example.com', '*.example.org', '*.München.de', 'b.example.net'])
    expect(list.patternOf('EXAMPLE.com.')).toBe('example.com')
    expect(list.patternOf('a.b.example.org')).toBe('*.example.org')
    expect(list.patternOf('mail.münchen.de')).toBe('*.xn--mnchen-3ya.de')
    expect(['example.org', 'a.example.com', 'example.net', 'com', ''].map(list.patternOf)).toEqual(Array(5).fill(undefined))
  })

  it('says how many patterns there are, and that they are not all domains', () => {
    expect(built(['example.com', 'EXAMPLE.com', '*.example.org', 'mail.example.org'])).toMatchObject({ size: 2, every: false })
  })

  it('takes the longest domains, and any number of labels', () => {
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

  it('answers no to what is no domain, whatever it is', () => {
    const list = built(['example.com', '*.example.org'])
    const plain = domainList(['example.com', '*.example.org'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(list.has(text)).toBe(plain.has(text))
      }),
    )
    expect(['', '.', '*', '*.example.org', ' example.com', 'a@example.com', 'x'.repeat(1e6), '127.0.0.1'].filter(list.has)).toEqual([])
  })

  it('reads bytes wherever they lie in a buffer, and a Buffer as well', () => {
    const bytes = bytesOf(['example.com', '*.example.org'])
    for (let offset = 0; offset < 8; offset += 1) {
      const room = Buffer.alloc(bytes.length + 16, 0xff)
      room.set(bytes, offset)
      const list = readDomainList(room.subarray(offset, offset + bytes.length))
      expect(['example.com', 'a.example.org', 'example.org'].map(list.has)).toEqual([true, true, false])
      list.verify()
    }
  })

  it('holds 100,000 patterns', () => {
    const list = built(Array.from({ length: 100_000 }, (_, index) => `${index % 2 === 0 ? '*.' : ''}domain-${index}.example`))
    expect(list.size).toBe(100_000)
    expect(['mail.domain-99998.example', 'domain-99999.example', 'domain-1.example', 'a.domain-0.example'].every(list.has)).toBe(true)
    expect(['domain-99998.example', 'mail.domain-99999.example', 'domain-100001.example', 'zzz.example', '0.aa'].filter(list.has)).toEqual(
      [],
    )
    list.verify()
  })

  it('goes through no more than a few entries for any domain, though 100,000 share all but its first characters', () => {
    const patterns = Array.from({ length: 100_000 }, (_, index) => `${index}.${'a'.repeat(60)}.com`)
    let read = 0
    const bytes = bytesOf(patterns)
    const counted = new Proxy(bytes, {
      get(target, key) {
        read += 1
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const list = readDomainList(counted)
    const most = (domain: string): number => {
      read = 0
      list.has(domain)
      return read
    }
    expect(Math.max(...['99999', '0', '50000', 'x', '12345.x'].map((start) => most(`${start}.${'a'.repeat(60)}.com`)))).toBeLessThan(5000)
  })
})

describe('hostile addresses', () => {
  const list = built(allowedDomains)
  const allows = (text: string): boolean => {
    const address = parseEmailAddress(text)
    return address !== undefined && list.has(address.domain)
  }

  it('are denied by a built list too', () => {
    expect(hostileAddresses.filter(({ address }) => allows(address))).toEqual([])
  })

  it('are told from mere spellings', () => {
    expect(acceptedForms.filter(({ address }) => !allows(address))).toEqual([])
  })
})

describe('a damaged list', () => {
  const patterns = Array.from(
    { length: 30 },
    (_, index) => `${index % 3 === 0 ? '*.' : ''}d${index}.${index % 2 === 0 ? 'example.com' : 'example.org'}`,
  )
  const whole = bytesOf(patterns)
  const plain = domainList(patterns)
  const probes = [...patterns.map((pattern) => pattern.replace('*.', '')), 'example.com', 'a.aa', 'zz.zz', 'd31.example.com'].flatMap(
    (domain) => [domain, `mail.${domain}`],
  )

  /** What comes of a changed file: whether somebody sees it at once, and all answers that differ without a word. */
  function outcome(bytes: Uint8Array): { readonly refused: boolean; readonly verified: boolean; readonly wrong: readonly string[] } {
    const list = unlessInvalid(() => readDomainList(bytes))
    if (list === undefined) return { refused: true, verified: false, wrong: [] }
    const verified = unlessInvalid(() => {
      list.verify()
      return true
    })
    return { refused: false, verified: verified === true, wrong: probes.filter((domain) => differs(list, domain)) }
  }

  function differs(list: DomainList, domain: string): boolean {
    const answer = unlessInvalid(() => list.has(domain))
    return answer !== undefined && answer !== plain.has(domain)
  }

  function unlessInvalid<V>(work: () => V): V | undefined {
    try {
      return work()
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidDomainList)
      return undefined
    }
  }

  it('never gives another answer, whichever bit is flipped, and is found when all of it is checked', () => {
    expect(outcome(whole)).toEqual({ refused: false, verified: true, wrong: [] })
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const changed = Uint8Array.from(whole)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const { refused, verified, wrong } = outcome(changed)
      expect({ bit, seen: refused || !verified, wrong }).toEqual({ bit, seen: true, wrong: [] })
      // What the header says is all that is needed to refuse a list at once.
      expect(refused || bit >= HEADER_LENGTH * 8).toBe(true)
    }
  })

  it('never gives another answer, whichever bytes are overwritten', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, overwriting) => {
        const changed = Uint8Array.from(whole)
        changed.set(overwriting.subarray(0, whole.length - at), at)
        expect(outcome(changed).wrong).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it('never gives another answer when parts of it change places', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.nat(64), (one, other, length) => {
        const changed = Uint8Array.from(whole)
        changed.set(whole.subarray(one, one + Math.min(length, whole.length - Math.max(one, other))), other)
        changed.set(whole.subarray(other, other + Math.min(length, whole.length - Math.max(one, other))), one)
        expect(outcome(changed).wrong).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['the end', 'the beginning'])('is refused at once when %s is missing, however little', (which) => {
    for (let length = 0; length < whole.length; length += 1) {
      const part = which === 'the end' ? whole.subarray(0, length) : whole.subarray(whole.length - length)
      expect(() => readDomainList(part)).toThrow(InvalidDomainList)
    }
  })

  it('is refused at once when there is more of it, or another list behind it', () => {
    for (const more of [Uint8Array.of(0), Uint8Array.of(10), whole]) {
      expect(() => readDomainList(Uint8Array.from([...whole, ...more]))).toThrow(
        `The domain list is ${whole.length + more.length} bytes long and was built with ${whole.length}; make it again`,
      )
    }
  })

  it('is refused at once when it was copied as text', () => {
    const asText = [
      Buffer.from(Buffer.from(whole).toString('utf8')),
      Buffer.from(Buffer.from(whole).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
      Buffer.from(Buffer.from(whole).toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
      Buffer.from(Buffer.from(whole).toString('base64')),
    ]
    for (const bytes of asText)
      expect(() => readDomainList(bytes)).toThrow('This is no built domain list; lifeguard domains build makes one')
  })

  it('says where the damage is, and what to do', () => {
    const changed = Uint8Array.from(whole)
    changed[whole.length - 1] = 0
    expect(() => readDomainList(changed).verify()).toThrow(
      'The domain list is damaged, in block 3 of 4; make it again with lifeguard domains build, and copy it as bytes, not as text',
    )
  })

  const withField = (field: keyof typeof FIELD, value: number, from: Uint8Array = whole): Uint8Array => {
    const changed = Uint8Array.from(from)
    const view = new DataView(changed.buffer)
    view.setUint32(FIELD[field], value, true)
    view.setInt32(FIELD.check, checkOf(changed, 0, FIELD.check, 0), true)
    return changed
  }

  it.each([
    [
      'version',
      2,
      'The domain list has version 2 of the format, and this release of Lifeguard reads version 1: build it with the same release',
    ],
    ['length', 7, `The domain list is ${whole.length} bytes long and was built with 7`],
    ['patterns', 0, 'The domain list holds no pattern'],
    ['blocks', 1 << 20, 'The domain list has no room for 1048576 blocks'],
  ] as const)('is refused at once with a %s that cannot be: %d', (field, value, message) => {
    expect(() => readDomainList(withField(field, value))).toThrow(message)
  })

  it('throws when it is asked, rather than say no, if it has lost its blocks', () => {
    expect(() => readDomainList(withField('blocks', 0)).has('example.com')).toThrow('The domain list is damaged')
  })

  it.each([['example.com'], [undefined], [['example.com']], [{}]])('is refused at once when it is no bytes: %j', (value) => {
    expect(() => Reflect.apply(readDomainList, undefined, [value])).toThrow(/^A domain list is read from bytes, not from a value of type/)
  })
})

describe('buildDomainList', () => {
  it('leaves out what stands there twice and what a wildcard covers, and counts it', () => {
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

  it('makes the same bytes of the same patterns in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(name, wild), { minLength: 1 }), (patterns) => {
        expect(bytesOf(patterns.toReversed())).toEqual(bytesOf(patterns))
      }),
    )
  })

  it('lays them out as docs/domain-lists.md says', () => {
    const bytes = bytesOf(['example.com', '*.example.com', 'example.org'])
    expect(Buffer.from(bytes).toString('latin1')).toBe(
      [
        '\x89LGD\r\n\x1a\0',
        '\x01\0\0\0',
        '\x48\0\0\0',
        '\x03\0\0\0',
        '\x01\0\0\0',
        '\0\0\0\0',
        fnv1a(0, bytes.subarray(0, 28)),
        '\x28\0\0\0',
        fnv1a(0, bytes.subarray(40)),
        '\0\0',
        '\0\x0bgro.elpmaxe',
        '\0\x0bmoc.elpmaxe',
        '\x0b\x02.*',
      ].join(''),
    )
  })

  /** As its authors describe it, the seed as one 32-bit step before the bytes. */
  function fnv1a(seed: number, bytes: Uint8Array): string {
    const prime = 0x01000193n
    const check = [seed, ...bytes].reduce((hash, byte) => ((hash ^ BigInt(byte)) * prime) & 0xffffffffn, 0x811c9dc5n)
    const out = Buffer.alloc(4)
    out.writeUInt32LE(Number(check))
    return out.toString('latin1')
  }

  it('refuses to make a list of nothing', () => {
    expect(() => buildDomainList([])).toThrow('A domain list needs at least one pattern')
  })
})
