import { randomInt, randomUUID } from 'node:crypto'
import { isObject } from '../../shared/rules/invocation.ts'
import { CognitoError, notFound } from './errors.ts'
import type { AppClient, Group, Pool, RefreshToken, Registered, SsoSession, User } from './model.ts'
import { type ClientSettings, parseClientSettings } from './settings/client-settings.ts'
import { type PoolSettings, parsePoolSettings } from './settings/pool-settings.ts'

/** The user pools of one process, in memory. */
export interface Store {
  readonly region: string
  readonly pools: Map<string, Pool>
  /** Called after each change. */
  onChange: () => void
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** The characters of the ids of app clients and sessions. */
export const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function createStore(region = 'us-east-1'): Store {
  return { region, pools: new Map(), onChange: () => undefined }
}

/** Returns a random text, such as the part of a pool's id after the region. */
export function createId(length: number, alphabet: string = ALPHABET): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

export function createPool(store: Store, settings: PoolSettings, now: number, id = `${store.region}_${createId(9)}`): Pool {
  const maps = { clients: new Map(), groups: new Map(), providers: new Map(), resourceServers: new Map(), users: new Map() }
  const pool: Pool = {
    id,
    settings,
    createdAt: now,
    updatedAt: now,
    ...maps,
    aliases: new Map(),
    refreshTokens: new Map(),
    revoked: new Map(),
    ssoSessions: new Map(),
  }
  store.pools.set(id, pool)
  store.onChange()
  return pool
}

export function createClient(store: Store, pool: Pool, settings: ClientSettings, now: number, own: Partial<AppClient> = {}): AppClient {
  const { id = createId(26, LOWER_CASE), secret } = own
  const client: AppClient = { id, settings, createdAt: now, updatedAt: now, ...(secret !== undefined && { secret }) }
  pool.clients.set(id, client)
  store.onChange()
  return client
}

/** @throws CognitoError if the pool does not exist. */
export function getPool(store: Store, id: string): Pool {
  const pool = store.pools.get(id)
  if (pool === undefined) throw notFound(`User pool ${id} does not exist.`)
  return pool
}

/** @throws CognitoError if no pool has the app client. */
export function getClient(store: Store, id: string): { readonly pool: Pool; readonly client: AppClient } {
  for (const pool of store.pools.values()) {
    const client = pool.clients.get(id)
    if (client !== undefined) return { pool, client }
  }
  throw notFound(`User pool client ${id} does not exist.`)
}

/** @throws CognitoError if the group does not exist. */
export function getGroup(pool: Pool, name: string): Group {
  const group = pool.groups.get(name)
  if (group === undefined) throw notFound('Group not found.')
  return group
}

/** Normalises a user name or an alias, as the pool compares them. */
export function normalise({ settings }: Pool, name: string): string {
  return settings.UsernameConfiguration.CaseSensitive ? name : name.toLowerCase()
}

/** Finds a user by the user name, an alias, or the `sub`. */
export function findUser(pool: Pool, name: string): User | undefined {
  const key = normalise(pool, name)
  const own = pool.users.get(key)
  if (own !== undefined) return own
  for (const type of ['email', 'phone_number', 'preferred_username', 'sub']) {
    const owner = pool.aliases.get(`${type}:${key}`)
    if (owner !== undefined) return pool.users.get(owner)
  }
  return undefined
}

/** Finds the user who signs in with an email address, a phone number or a preferred name. */
export function findAliasOwner(pool: Pool, attribute: string, value: string): User | undefined {
  const owner = pool.aliases.get(`${attribute}:${normalise(pool, value)}`)
  return owner === undefined ? undefined : pool.users.get(owner)
}

/** Creates a user object, which is not yet in the pool. */
export function createUser(username: string, attributes: Readonly<Record<string, string>>, status: User['status'], now: number): User {
  const times = { createdAt: now, updatedAt: now }
  const counters = { failures: 0, lockedUntil: 0 }
  const empty = { groups: [], codes: {}, pending: {}, mfa: { methods: [] }, identities: [] }
  return { username, sub: randomUUID(), attributes: { ...attributes }, status, enabled: true, ...times, ...empty, ...counters }
}

/** Adds a user to the pool, or saves its changes. Brings the aliases up to date. Never takes an alias from another user. */
export function saveUser(store: Store, pool: Pool, user: User, now: number): void {
  const key = normalise(pool, user.username)
  removeAliases(pool, key)
  // An alias moves only after its owner has lost it.
  const free = listAliases(pool, user).filter((alias) => !pool.aliases.has(alias))
  for (const alias of free) pool.aliases.set(alias, key)
  user.updatedAt = now
  pool.users.set(key, user)
  store.onChange()
}

/** Adds a new user. @throws CognitoError if the name was taken in the meantime. */
export function addUser(store: Store, pool: Pool, user: User, now: number): void {
  if (pool.users.has(normalise(pool, user.username))) throw new CognitoError('UsernameExistsException', 'User already exists')
  saveUser(store, pool, user, now)
}

export function removeUser(store: Store, pool: Pool, user: User): void {
  const key = normalise(pool, user.username)
  removeAliases(pool, key)
  pool.users.delete(key)
  for (const [hash, token] of pool.refreshTokens) if (token.username === user.username) pool.refreshTokens.delete(hash)
  for (const [hash, { sub }] of pool.ssoSessions) if (sub === user.sub) pool.ssoSessions.delete(hash)
  store.onChange()
}

// The aliases of each user that are in the pool's map, so that a change does not search the whole map.
const written = new WeakMap<Pool, Map<string, readonly string[]>>()

function removeAliases(pool: Pool, key: string): void {
  for (const alias of written.get(pool)?.get(key) ?? []) if (pool.aliases.get(alias) === key) pool.aliases.delete(alias)
  written.get(pool)?.delete(key)
}

/**
 * Returns the aliases of a user. In a pool with username attributes, an unverified address signs in too. In a pool with aliases, only a
 * verified one does.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 */
function listAliases(pool: Pool, user: User): readonly string[] {
  const { UsernameAttributes, AliasAttributes } = pool.settings
  const { attributes } = user
  const contacts = (['email', 'phone_number'] as const).filter(
    (name) => UsernameAttributes.includes(name) || (AliasAttributes.includes(name) && attributes[`${name}_verified`] === 'true'),
  )
  // A federated user signs in at the provider. Another user may have the same address.
  const own = AliasAttributes.includes('preferred_username') ? [...contacts, 'preferred_username'] : contacts
  const names = user.status === 'EXTERNAL_PROVIDER' ? [] : own
  const aliases = [
    `sub:${user.sub}`,
    ...names.flatMap((name) => {
      const value = attributes[name]
      return value === undefined ? [] : [`${name}:${normalise(pool, value)}`]
    }),
  ]
  const all = written.get(pool) ?? new Map<string, readonly string[]>()
  written.set(pool, all.set(normalise(pool, user.username), aliases))
  return aliases
}

/**
 * Removes tokens that have expired, so that a pool does not grow for ever. Stops at the first valid one: the oldest come first, and almost
 * all have the same validity.
 */
export function removeExpired(pool: Pool, now: number): void {
  for (const [hash, { expiresAt }] of pool.refreshTokens) {
    if (expiresAt > now) break
    pool.refreshTokens.delete(hash)
  }
  for (const [origin, expiresAt] of pool.revoked) {
    if (expiresAt > now) break
    pool.revoked.delete(origin)
  }
}

// The longest validity of an access token on AWS.
const LONGEST_ACCESS_MS = 24 * 60 * 60_000

/** Revokes a refresh token and the access tokens of its sign-in. The sign-in is remembered until its last access token has expired. */
export function revokeToken(pool: Pool, token: RefreshToken, now: number): void {
  token.revoked = true
  pool.revoked.set(token.origin, now + LONGEST_ACCESS_MS)
}

export interface StoredPool
  extends Omit<
    Pool,
    'clients' | 'groups' | 'providers' | 'resourceServers' | 'users' | 'aliases' | 'refreshTokens' | 'revoked' | 'ssoSessions'
  > {
  readonly clients: readonly AppClient[]
  readonly groups: readonly Group[]
  readonly providers: readonly (readonly [string, Registered])[]
  readonly resourceServers: readonly (readonly [string, Registered])[]
  readonly users: readonly User[]
  readonly refreshTokens: readonly (readonly [string, RefreshToken])[]
  readonly revoked: readonly (readonly [string, number])[]
  /** Missing in files of earlier versions. */
  readonly ssoSessions?: readonly (readonly [string, SsoSession])[]
}

/** Converts a pool to a value for a JSON file. */
export function toStored(pool: Pool): StoredPool {
  const { aliases: _, ...rest } = pool
  const values = { clients: [...pool.clients.values()], groups: [...pool.groups.values()], users: [...pool.users.values()] }
  const entries = { providers: [...pool.providers], resourceServers: [...pool.resourceServers] }
  const tokens = { refreshTokens: [...pool.refreshTokens], revoked: [...pool.revoked], ssoSessions: [...pool.ssoSessions] }
  return { ...rest, ...values, ...entries, ...tokens }
}

/** Adds a pool from a JSON file to the store. */
export function restorePool(store: Store, stored: StoredPool): void {
  const pool: Pool = {
    ...stored,
    settings: parsePoolSettings(stored.settings),
    clients: new Map(stored.clients.map((each) => [each.id, { ...each, settings: parseClientSettings(each.settings) }])),
    groups: new Map(stored.groups.map((each) => [each.name, each])),
    providers: new Map(stored.providers),
    resourceServers: new Map(stored.resourceServers),
    users: new Map(),
    aliases: new Map(),
    refreshTokens: new Map(stored.refreshTokens),
    revoked: new Map(stored.revoked),
    ssoSessions: new Map(stored.ssoSessions ?? []),
  }
  store.pools.set(pool.id, pool)
  for (const user of stored.users) saveUser(store, pool, user, user.updatedAt)
}

/** Returns true for a value that {@link toStored} returned. Checks the lists, not each field of their items. */
export function isStoredPool(value: unknown): value is StoredPool {
  if (!isObject(value) || typeof value.id !== 'string' || !isObject(value.settings)) return false
  const lists = ['clients', 'groups', 'users', 'providers', 'resourceServers', 'refreshTokens', 'revoked']
  return lists.every((name) => Array.isArray(value[name])) && (value.ssoSessions === undefined || Array.isArray(value.ssoSessions))
}
