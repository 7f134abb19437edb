import { describe, expect, it } from 'vitest'
import type { Pool, User } from '../../../src/tools/pool/model.ts'
import { parseClientSettings } from '../../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../../src/tools/pool/settings/pool-settings.ts'
import {
  addUser,
  createClient,
  createPool,
  createStore,
  createUser,
  findAliasOwner,
  findUser,
  removeExpired,
  removeUser,
  restorePool,
  type Store,
  saveUser,
  toStored,
} from '../../../src/tools/pool/store.ts'

const NOW = Date.UTC(2026, 0, 1)
const EMAIL = 'ada@example.com'

function start(settings: object = {}): {
  readonly store: Store
  readonly pool: Pool
  readonly add: (name: string, attributes?: Record<string, string>) => User
} {
  const store = createStore()
  const pool = createPool(store, parsePoolSettings({ PoolName: 'test', ...settings }), NOW)
  return {
    store,
    pool,
    add(name, attributes = {}) {
      const user = createUser(name, attributes, 'CONFIRMED', NOW)
      addUser(store, pool, user, NOW)
      return user
    },
  }
}

describe('the users of a pool', () => {
  it('are found by name and by sub, with case only if the pool distinguishes it', () => {
    const sensitive = start()
    const insensitive = start({ UsernameConfiguration: { CaseSensitive: false } })
    const [one, two] = [sensitive.add('Ada'), insensitive.add('ada')]

    expect(['Ada', 'ada', one.sub].map((name) => findUser(sensitive.pool, name)?.username)).toEqual(['Ada', undefined, 'Ada'])
    expect(['ADA', two.sub.toUpperCase()].map((name) => findUser(insensitive.pool, name)?.username)).toEqual(['ada', 'ada'])
  })

  it('are found by an alias once it is verified, and no longer after it changes', () => {
    const { store, pool, add } = start({ AliasAttributes: ['email'] })
    const user = add('ada', { email: EMAIL, email_verified: 'false' })
    const find = (name: string): string | undefined => findUser(pool, name)?.username
    const before = find(EMAIL)

    user.attributes.email_verified = 'true'
    saveUser(store, pool, user, NOW)
    const verified = find(EMAIL)
    user.attributes.email = 'new@example.com'
    saveUser(store, pool, user, NOW)

    expect([before, verified, find(EMAIL), find('new@example.com')]).toEqual([undefined, 'ada', undefined, 'ada'])
  })

  it('never take an alias from another user, and get it after the other has lost it', () => {
    const { store, pool, add } = start({ AliasAttributes: ['email'] })
    const [ada, eve] = ['ada', 'eve'].map((name) => add(name, { email: EMAIL, email_verified: 'true' }))
    const first = findAliasOwner(pool, 'email', EMAIL)?.username
    if (ada === undefined || eve === undefined) throw new Error('The users are missing')

    removeUser(store, pool, ada)
    saveUser(store, pool, eve, NOW)

    expect(first).toBe('ada')
    expect(findAliasOwner(pool, 'email', EMAIL)?.username).toBe('eve')
  })

  it('sign in with an unverified address in a pool with username attributes', () => {
    const { pool, add } = start({ UsernameAttributes: ['email'] })
    add('ada', { email: EMAIL, email_verified: 'false' })

    expect(findUser(pool, EMAIL)?.username).toBe('ada')
  })

  it('have unique names', () => {
    const { add } = start({ UsernameConfiguration: { CaseSensitive: false } })
    add('ada')

    expect(() => add('ADA')).toThrow('User already exists')
  })

  it('leave neither aliases nor refresh tokens', () => {
    const { store, pool, add } = start({ AliasAttributes: ['email', 'preferred_username'] })
    const user = add('ada', { email: EMAIL, email_verified: 'true', preferred_username: 'countess' })
    pool.refreshTokens.set('hash', createRefreshToken())

    removeUser(store, pool, user)

    expect([pool.users.size, pool.aliases.size, pool.refreshTokens.size]).toEqual([0, 0, 0])
  })
})

function createRefreshToken(expiresAt = NOW + 1000): Parameters<Pool['refreshTokens']['set']>[1] {
  return { username: 'ada', clientId: 'client', origin: 'origin', authTime: 1, scopes: [], issuedAt: NOW, expiresAt, revoked: false }
}

describe('the state of a pool', () => {
  it('survives JSON', () => {
    const { store, pool, add } = start({
      AliasAttributes: ['email'],
      LambdaConfig: { PreSignUp: 'arn:aws:lambda:us-east-1:000000000000:function:a' },
    })
    createClient(store, pool, parseClientSettings({ ClientName: 'app' }), NOW, { secret: 'secret' })
    const user = add('ada', { email: EMAIL, email_verified: 'true' })
    user.groups = ['editors']
    user.mfa = { methods: ['SMS_MFA'], preferred: 'SMS_MFA' }
    user.password = { salt: 'a', x: 'b' }
    pool.groups.set('editors', { name: 'editors', createdAt: NOW, updatedAt: NOW })
    pool.providers.set('Google', { ProviderName: 'Google' })
    pool.resourceServers.set('shop', { Identifier: 'shop' })
    pool.refreshTokens.set('hash', createRefreshToken())
    pool.revoked.set('origin', NOW)
    pool.domain = 'shop'

    const restored = createStore()
    restorePool(restored, JSON.parse(JSON.stringify(toStored(pool))))

    expect(restored.pools.get(pool.id)).toEqual(pool)
  })

  it('is announced after each change', () => {
    const { store, pool, add } = start()
    let changes = 0
    store.onChange = () => {
      changes += 1
    }
    const user = add('ada')
    removeUser(store, pool, user)

    expect(changes).toBe(2)
  })

  it('loses the refresh tokens that have expired', () => {
    const { pool } = start()
    pool.refreshTokens.set('old', createRefreshToken(NOW)).set('new', createRefreshToken(NOW + 1))

    removeExpired(pool, NOW)

    expect([...pool.refreshTokens.keys()]).toEqual(['new'])
  })
})
