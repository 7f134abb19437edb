import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockKey } from '../../../src/shared/blocks/block-key.ts'
import type { BlockKey } from '../../../src/shared/blocks/block-list.ts'

const userPoolId = 'eu-west-1_Example'

describe('blockKey', () => {
  it('can be read: pool, type, value', () => {
    expect(blockKey({ userPoolId, type: 'email', value: 'eve@example.com' })).toBe('eu-west-1_Example#email#eve@example.com')
  })

  it('tells pools and types apart', () => {
    const keys = ['eu-west-1_A', 'eu-west-1_B'].flatMap((pool) =>
      (['sub', 'username', 'email', 'emailDomain'] as const).map((type) => blockKey({ userPoolId: pool, type, value: 'x' })),
    )
    expect(new Set(keys).size).toBe(8)
  })

  it('keeps a value of 512 bytes, and hashes a longer one', () => {
    const key = (value: string) => blockKey({ userPoolId, type: 'username', value })
    expect(key('a'.repeat(512))).toBe(`${userPoolId}#username#${'a'.repeat(512)}`)
    expect(key('a'.repeat(513))).toMatch(/^eu-west-1_Example#username#sha256:[0-9a-f]{64}$/)
    expect(key('ä'.repeat(256))).toContain('ä')
    expect(key('ä'.repeat(257))).toContain('#sha256:')
  })

  it('takes no value for the long one whose hash it shows', () => {
    const long = blockKey({ userPoolId, type: 'username', value: 'a'.repeat(600) })
    const [, , posing = ''] = long.split('#')
    expect(blockKey({ userPoolId, type: 'username', value: posing })).not.toBe(long)
  })

  it('fits a partition key, and is equal for equal blocks only', () => {
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
