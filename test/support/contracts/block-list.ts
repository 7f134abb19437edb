import { expect, it } from 'vitest'
import { blockKeys } from '../../../src/shared/blocks/block-keys.ts'
import type { Block, BlockKey, BlockList, BlockType } from '../../../src/shared/blocks/block-list.ts'
import type { BlockWriter } from '../../../src/shared/blocks/block-writer.ts'
import { ann } from '../events.ts'

const { signal } = new AbortController()
let pools = 0

/** Returns a new pool for each test, because the tests share the tables. */
export const newPool = (): string => `eu-west-1_Pool${++pools}`

/** Creates the key of a block. */
export const keyed = (userPoolId: string, type: BlockType, value: string): BlockKey => ({ userPoolId, type, value })

/** Defines the tests that every block list must pass. */
export function describeBlockList({ list, writer }: { readonly list: BlockList; readonly writer: BlockWriter }): void {
  it('finds a block by each type of key', async () => {
    const pool = newPool()
    const blocks: readonly Block[] = blockKeys(pool, ann).map((key) => ({ ...key, reason: `by-${key.type}` }))
    for (const block of blocks) await writer.block(block)
    const found = await list.find(blockKeys(pool, ann), signal)
    expect(new Set(found)).toEqual(new Set(blocks))
    expect(found).toHaveLength(4)
  })

  it('returns expired blocks too, because the rule checks the expiry', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', expiresAt: new Date('2001-01-01T00:00:00Z') })
    expect(await list.find([key], signal)).toMatchObject([{ expiresAt: new Date('2001-01-01T00:00:00Z') }])
  })

  it('finds no block for another user or in another pool', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'username', 'ann'), reason: 'fraud' })
    expect(await list.find([keyed(pool, 'username', 'bob'), keyed(pool, 'sub', 'ann')], signal)).toEqual([])
    expect(await list.find([keyed(newPool(), 'username', 'ann')], signal)).toEqual([])
  })

  it('block replaces a block with the same key, and unblock removes it', async () => {
    const key = keyed(newPool(), 'email', 'ann@example.com')
    await writer.block({ ...key, reason: 'first', message: 'Call us' })
    await writer.block({ ...key, reason: 'second' })
    expect(await list.find([key], signal)).toEqual([{ ...key, reason: 'second' }])
    await writer.unblock(key)
    await writer.unblock(key)
    expect(await list.find([key], signal)).toEqual([])
  })

  it('normalises addresses and domains in block and unblock', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'email', 'Eve@EXAMPLE.com.'), reason: 'fraud' })
    await writer.block({ ...keyed(pool, 'emailDomain', 'MÜNCHEN.de'), reason: 'spam' })
    const found = await list.find([keyed(pool, 'email', 'eve@example.com'), keyed(pool, 'emailDomain', 'xn--mnchen-3ya.de')], signal)
    expect(found.map(({ reason }) => reason).sort()).toEqual(['fraud', 'spam'])
    await writer.unblock(keyed(pool, 'email', 'eve@Example.com'))
    expect(await list.find([keyed(pool, 'email', 'eve@example.com')], signal)).toEqual([])
  })

  it('returns one block for a duplicate key', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud' })
    expect(await list.find([key, { ...key }, key], signal)).toEqual([{ ...key, reason: 'fraud' }])
  })

  it('finds a block whose value is too long for a partition key', async () => {
    const pool = newPool()
    const long = (end: string) => keyed(pool, 'username', `${'a'.repeat(5000)}${end}`)
    await writer.block({ ...long('1'), reason: 'fraud' })
    expect(await list.find([long('1'), long('2')], signal)).toEqual([{ ...long('1'), reason: 'fraud' }])
  })

  it('writes a user name in lower-case NFC, or unchanged with exactUserName', async () => {
    const pool = newPool()
    const named = (value: string): BlockKey => keyed(pool, 'username', value)
    const found = async (): Promise<readonly string[]> =>
      (await list.find([named('Zo\u00eb'), named('zo\u00eb')], signal)).map(({ value }) => value)
    await writer.block({ ...named('Zoe\u0308'), reason: 'fraud' })
    expect(await found()).toEqual(['zo\u00eb'])
    await writer.unblock(named('ZO\u00cb'))
    expect(await found()).toEqual([])
    await writer.block({ ...named('Zo\u00eb'), reason: 'fraud' }, { exactUserName: true })
    expect(await found()).toEqual(['Zo\u00eb'])
    await writer.unblock(named('Zo\u00eb'), { exactUserName: true })
    expect(await found()).toEqual([])
    for (const options of [{}, { exactUserName: true }]) await writer.block({ ...named('Zo\u00eb'), reason: 'fraud' }, options)
    expect((await found()).length).toBe(2)
    await writer.unblock(named('Zo\u00eb'))
    expect(await found()).toEqual([])
  })

  it('finds a block of a user who has about a hundred keys', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'emailDomain', 'evil.com'), reason: 'spam' })
    const user = { sub: '1', userName: 'eve', email: `eve@${'a.'.repeat(94)}evil.com` }
    const keys = blockKeys(pool, user)
    expect(keys).toHaveLength(98)
    expect(await list.find(keys, signal)).toMatchObject([{ type: 'emailDomain', value: 'evil.com' }])
  })

  it.each([
    { type: 'email', value: 'ann' },
    { type: 'email', value: '"ann"@example.com' },
    { type: 'emailDomain', value: 'com' },
    { type: 'emailDomain', value: '*.example.com' },
    { type: 'username', value: '' },
    { type: 'sub', value: '' },
  ] as const)('rejects an invalid key: $type $value', async ({ type, value }) => {
    const key = keyed(newPool(), type, value)
    await expect(writer.block({ ...key, reason: 'fraud' })).rejects.toThrow(`The value of a block by ${type} is not valid; expected `)
    await expect(writer.unblock(key)).rejects.toThrow(TypeError)
  })

  it.each(['', 'He did not pay', 'x'.repeat(65)])('rejects the reason %j', async (reason) => {
    await expect(writer.block({ ...keyed(newPool(), 'username', 'ann'), reason })).rejects.toThrow("A block's reason must be an identifier")
  })
}
