import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseClientSettings } from '../../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../../src/tools/pool/settings/pool-settings.ts'
import { openStateFile } from '../../../src/tools/pool/state-file.ts'
import { addUser, createClient, createPool, createStore, createUser, findUser } from '../../../src/tools/pool/store.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const fail = (problem: string): void => {
  throw new Error(problem)
}

describe('openStateFile', () => {
  it('restores pools, users, aliases and the signing key', async () => {
    const file = join(await createFolder({}), 'pool.state')
    const store = createStore()
    const state = await openStateFile(file, store, fail)
    const pool = createPool(store, parsePoolSettings({ PoolName: 'users', AliasAttributes: ['email'] }), 0)
    createClient(store, pool, parseClientSettings({ ClientName: 'web' }), 0, { secret: 'secret' })
    addUser(store, pool, createUser('mary', { email: 'mary@example.com', email_verified: 'true' }, 'CONFIRMED', 0), 0)
    const token = await state.key.sign({ sub: 'mary' })
    await state.close()

    const again = createStore()
    const restored = await openStateFile(file, again, fail)

    const [other] = again.pools.values()
    expect(other && findUser(other, 'mary@example.com')?.username).toBe('mary')
    expect([...(other?.clients.values() ?? [])].map(({ secret }) => secret)).toEqual(['secret'])
    expect(await restored.key.verify(token)).toEqual({ sub: 'mary' })
  })

  it('saves a change shortly after it, readable for the owner alone', async () => {
    const file = join(await createFolder({}), 'pool.state')
    const store = createStore()
    await openStateFile(file, store, fail)

    createPool(store, parsePoolSettings({ PoolName: 'users' }), 0)

    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('"PoolName": "users"')
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it.each([
    ['no JSON', '{'],
    ['another version', { version: 2, pools: [] }],
    ['a damaged pool', { version: 1, pools: [{ id: 'x' }] }],
    ['invalid settings', { version: 1, pools: [damaged()] }],
  ])('rejects a file with %s, and names it', async (_, content) => {
    const folder = await createFolder({ 'pool.state': content })

    await expect(openStateFile(join(folder, 'pool.state'), createStore(), fail)).rejects.toThrow('pool.state')
  })
})

function damaged(): object {
  const lists = { clients: [], groups: [], users: [], providers: [], resourceServers: [], refreshTokens: [], revoked: [] }
  return { id: 'us-east-1_abcdefghi', settings: { PoolName: 5 }, createdAt: 0, updatedAt: 0, ...lists }
}
