import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockKey, blockKeys, MAX_KEYS } from '../../../src/shared/blocks/block-keys.ts'
import type { BlockKey } from '../../../src/shared/blocks/block-list.ts'
import { parseEmailAddress } from '../../../src/shared/email/address.ts'
import { hostileAddresses } from '../../support/hostile-addresses.ts'

const userPoolId = 'eu-west-1_Example'
const listKeys = (user: { sub?: string; userName?: string; email?: string }) =>
  blockKeys(userPoolId, { sub: user.sub, userName: user.userName ?? '', email: user.email }).map(({ type, value }) => `${type}=${value}`)

describe('blockKey', () => {
  it('joins the pool, the type and the value of a block', () => {
    expect(blockKey({ userPoolId, type: 'email', value: 'eve@example.com' })).toBe('eu-west-1_Example#email#eve@example.com')
  })

  it('returns different keys for different pools and types', () => {
    const keys = ['eu-west-1_A', 'eu-west-1_B'].flatMap((pool) =>
      (['sub', 'username', 'email', 'emailDomain'] as const).map((type) => blockKey({ userPoolId: pool, type, value: 'x' })),
    )
    expect(new Set(keys).size).toBe(8)
  })

  it('keeps a value of up to 512 bytes, and hashes a longer one', () => {
    const key = (value: string) => blockKey({ userPoolId, type: 'username', value })
    expect(key('a'.repeat(512))).toBe(`${userPoolId}#username#${'a'.repeat(512)}`)
    expect(key('a'.repeat(513))).toMatch(/^eu-west-1_Example#username#sha256:[0-9a-f]{64}$/)
    expect(key('ä'.repeat(256))).toContain('ä')
    expect(key('ä'.repeat(257))).toContain('#sha256:')
  })

  it('returns different keys for a long value and for a value that equals its hash', () => {
    const long = blockKey({ userPoolId, type: 'username', value: 'a'.repeat(600) })
    const [, , posing = ''] = long.split('#')
    expect(blockKey({ userPoolId, type: 'username', value: posing })).not.toBe(long)
  })

  it('returns keys of at most 2,048 bytes, which are equal only for equal blocks', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      fc.string({ unit: 'grapheme', minLength: 400, maxLength: 700 }),
      fc.constantFrom('a', 'sub#a', '#', 'a#b', 'a'.repeat(512), 'a'.repeat(513), 'a'.repeat(5000)),
    )
    const key: fc.Arbitrary<BlockKey> = fc.record({
      userPoolId: fc.constantFrom('eu-west-1_A', 'eu-west-1_B', 'us-gov-west-1_Abcdefghi'),
      type: fc.constantFrom('sub', 'username', 'email', 'emailDomain'),
      value,
    })
    fc.assert(
      fc.property(key, key, (one, other) => {
        const same = one.userPoolId === other.userPoolId && one.type === other.type && one.value === other.value
        expect(blockKey(one) === blockKey(other)).toBe(same)
        expect(Buffer.byteLength(blockKey(one))).toBeLessThanOrEqual(2048)
        expect(blockKey({ ...one })).toBe(blockKey(one))
      }),
    )
  })
})

describe('blockKeys', () => {
  it('returns the keys for sub, user name, email address and domain', () => {
    expect(listKeys({ sub: '1', userName: 'ann', email: 'Ann@Example.COM.' })).toEqual([
      'sub=1',
      'username=ann',
      'email=ann@example.com',
      'emailDomain=example.com',
    ])
  })

  it('puts the pool into each key', () => {
    const keys = blockKeys(userPoolId, { sub: '1', userName: 'ann', email: 'ann@example.com' })
    expect(keys.map((key) => key.userPoolId)).toEqual([userPoolId, userPoolId, userPoolId, userPoolId])
  })

  it('leaves out missing attributes', () => {
    expect(listKeys({ userName: 'ann' })).toEqual(['username=ann'])
    expect(listKeys({ sub: '1' })).toEqual(['sub=1'])
    expect(listKeys({})).toEqual([])
  })

  it('returns the exact user name and the user name in lower-case NFC', () => {
    expect(listKeys({ userName: 'Ann' })).toEqual(['username=Ann', 'username=ann'])
    expect(listKeys({ userName: 'J\u030cim' })).toContain('username=\u01f0im')
    expect(listKeys({ userName: 'Zoe\u0308' })).toEqual(['username=Zoe\u0308', 'username=zo\u00eb'])
  })

  it('returns every parent domain with at least two labels', () => {
    expect(listKeys({ email: 'eve@a.mail.evil.com' }).slice(1)).toEqual([
      'emailDomain=a.mail.evil.com',
      'emailDomain=mail.evil.com',
      'emailDomain=evil.com',
    ])
  })

  it.each([
    { email: '"eve"@evil.com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: '"a@example.com"@Evil.com.', reads: ['emailDomain=evil.com', 'emailDomain=example.com'] },
    { email: 'a@example.com@evil.com', reads: ['emailDomain=evil.com', 'emailDomain=example.com'] },
    { email: 'eve%evil.com@example.com', reads: ['emailDomain=evil.com', 'emailDomain=example.com', 'email=eve@evil.com'] },
    { email: 'evil.com!eve@example.com', reads: ['emailDomain=evil.com', 'email=eve@example.com'] },
    { email: 'Eve <eve@evil.com>', reads: ['email=eve@evil.com', 'emailDomain=evil.com'] },
    { email: 'eve@evil(x).com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: 'eve @ evil .com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: 'eve@ev\u00adil.com', reads: ['emailDomain=evil.com'] },
    { email: 'eve@\uff45vil\u3002com', reads: ['emailDomain=evil.com'] },
    { email: 'eve@stra\u00dfe.de', reads: ['emailDomain=strasse.de', 'emailDomain=xn--strae-oqa.de'] },
    { email: 'eve@STRA\u1e9eE.de', reads: ['emailDomain=strasse.de'] },
    { email: '=?utf-8?q?eve=40evil.com=3e=00?=x@example.com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: '=?utf-8?B?ZXZlQGV2aWwuY29tPg==?=x@example.com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: 'eve@(a(b)c)evil.com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: `eve@${'('.repeat(500)}${')'.repeat(500)}evil.com`, reads: ['emailDomain=evil.com'] },
    { email: 'eve@(a\\)b)evil.com', reads: ['emailDomain=evil.com'] },
    { email: '"e\\ve"@evil.com', reads: ['email=eve@evil.com'] },
    { email: 'eve@evil.com|x', reads: ['emailDomain=evil.com'] },
    { email: 'eve@evil.com=x', reads: ['emailDomain=evil.com'] },
    { email: 'eve@evil..com', reads: ['emailDomain=evil.com'] },
    { email: '=?utf-8?q?eve=40m=C3=BCnchen.de=3e=00?=x@example.com', reads: ['emailDomain=xn--mnchen-3ya.de'] },
    { email: '@evil.com:eve@example.com', reads: ['emailDomain=evil.com', 'emailDomain=example.com'] },
    { email: 'eve\uff20evil.com', reads: ['emailDomain=evil.com', 'email=eve@evil.com'] },
    { email: 'a@example.com\r\nBcc: eve@sub.evil.com', reads: ['emailDomain=sub.evil.com', 'emailDomain=evil.com'] },
  ])('returns every address and domain that a program may read in $email', ({ email, reads }) => {
    expect(listKeys({ email })).toEqual(expect.arrayContaining(reads))
  })

  it('returns a key of evil.com for every hostile address whose domain may be read as evil.com', () => {
    // Does not match a comma or slash before evil.com, because no program then reads evil.com as the domain.
    const evil = /[@%][^\s,/\uff0f\u2105\uff03]{0,40}evil\.com\b/
    const unread = hostileAddresses.filter(({ address }) => evil.test(address) && parseEmailAddress(address) === undefined)
    expect(unread.length).toBeGreaterThan(15)
    const missed = unread.filter(({ address }) => !listKeys({ email: address }).some((key) => /\bevil\.com$/.test(key)))
    expect(missed).toEqual([])
  })

  it.each(['', 'ann', 'ann@', 'ann@[127.0.0.1]', `ann@${'e'.repeat(100_000)}.com`])(
    'returns no email keys for a string without a domain: case %#',
    (email) => {
      expect(listKeys({ userName: 'ann', email })).toEqual(['username=ann'])
    },
  )

  it('returns no duplicate keys, and the keys of a plain address first', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (email) => {
        const keys = listKeys({ email })
        expect(new Set(keys).size).toBe(keys.length)
        const address = parseEmailAddress(email)
        if (address !== undefined)
          expect(keys.slice(0, 2)).toEqual([
            `email=${email.split('@')[0]?.toLowerCase()}@${address.domain}`,
            `emailDomain=${address.domain}`,
          ])
      }),
    )
  })

  it('accepts crafted addresses, and may return more keys than one look-up may have', () => {
    const email = Array.from({ length: 200 }, (_, index) => `a@b${index}.com`).join('')
    expect(listKeys({ email }).length).toBeGreaterThan(MAX_KEYS)
    expect(listKeys({ email: '@'.repeat(2048) })).toEqual([])
    expect(listKeys({ email: `${'(@a.b'.repeat(400)}` }).length).toBeGreaterThan(0)
  })
})
