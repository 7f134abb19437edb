import { createHash, randomUUID } from 'node:crypto'
import type { AppClient, Pool, RefreshToken, SessionSettings, SsoSession, User } from './model.ts'
import { createId, LOWER_CASE, revokeToken } from './store.ts'
import { hashToken } from './tokens.ts'

/** The settings of a pool for which SetUserPoolSessionConfiguration was never called. */
export const DEFAULT_SESSION_SETTINGS: SessionSettings = { UserSessionTracking: 'DISABLED', TokenSession: { MaxPerUser: 20 } }
/** The setting of an app client for which SetUserPoolClientSessionConfiguration was never called. */
export const DEFAULT_SSO_SESSION: { readonly MaxValidityMinutes: number } = { MaxValidityMinutes: 60 }

// The part of a session's id after `tkn` or `sso`.
const ID_LENGTH = 25

/** Returns true if the pool tracks sessions, so that they can be listed and revoked. */
export function tracksSessions({ sessionSettings }: Pool): boolean {
  return sessionSettings?.UserSessionTracking === 'ENABLED'
}

/**
 * Returns for how many minutes after a sign-in an app client reuses a browser's session. The setting has an effect only if the pool
 * tracks sessions.
 */
function reuseMinutes(pool: Pool, client: AppClient): number {
  const { MaxValidityMinutes } = (tracksSessions(pool) ? client.ssoSession : undefined) ?? DEFAULT_SSO_SESSION
  return MaxValidityMinutes
}

/**
 * Returns for how many minutes a browser's session exists: as long as an app client may reuse it, and at least the default. AWS
 * documents the reuse, but not the end of the session.
 */
export function ssoSessionMinutes(pool: Pool): number {
  return Math.max(DEFAULT_SSO_SESSION.MaxValidityMinutes, ...[...pool.clients.values()].map((client) => reuseMinutes(pool, client)))
}

function isActive(pool: Pool, { signedInAt }: SsoSession, now: number): boolean {
  return signedInAt + ssoSessionMinutes(pool) * 60_000 > now
}

/** Returns true if an app client may use a browser's session without a new sign-in. */
export function canReuse(pool: Pool, client: AppClient, { signedInAt }: SsoSession, now: number): boolean {
  return signedInAt + reuseMinutes(pool, client) * 60_000 > now
}

/**
 * Starts the session of a browser, and returns it with its cookie. A sign-in of the same user continues the browser's session under a new
 * cookie.
 *
 * @param old The cookie that the browser has.
 */
export function startSsoSession(
  pool: Pool,
  signIn: Pick<SsoSession, 'sub' | 'clientId' | 'provider'>,
  now: number,
  old: string,
): { readonly cookie: string; readonly session: SsoSession } {
  const before = findSsoSession(pool, old, now)
  endSsoSession(pool, old)
  for (const [hash, each] of pool.ssoSessions) if (!isActive(pool, each, now)) pool.ssoSessions.delete(hash)
  const { id, createdAt } = before?.sub === signIn.sub ? before : { id: `sso${createId(ID_LENGTH, LOWER_CASE)}`, createdAt: now }
  const session: SsoSession = { ...signIn, id, createdAt, signedInAt: now, lastActiveAt: now }
  const cookie = randomUUID()
  pool.ssoSessions.set(hashToken(cookie), session)
  return { cookie, session }
}

/** Returns the session of a cookie. Undefined if it is unknown, expired or revoked. */
export function findSsoSession(pool: Pool, cookie: string, now: number): SsoSession | undefined {
  const session = pool.ssoSessions.get(hashToken(cookie))
  return session !== undefined && isActive(pool, session, now) ? session : undefined
}

/** Ends the session of a cookie. */
export function endSsoSession(pool: Pool, cookie: string): void {
  pool.ssoSessions.delete(hashToken(cookie))
}

/** Records that a browser's session was used. */
export function touchSsoSession(pool: Pool, id: string, now: number): void {
  for (const session of pool.ssoSessions.values()) if (session.id === id) session.lastActiveAt = now
}

/** A session of a user: the tokens of one sign-in, or the session of a browser. */
export interface UserSession {
  readonly type: 'TOKEN' | 'SSO'
  readonly id: string
  readonly clientId: string
  readonly createdAt: number
  readonly lastActiveAt: number
  /** The session of the browser that a session of tokens came through. */
  readonly ssoSessionId: string | undefined
  /** Revokes the tokens, or deletes the session of the browser. */
  readonly end: () => void
}

/** Returns the active sessions of a user, the least recently used first. */
export function listUserSessions(pool: Pool, user: User, now: number): readonly UserSession[] {
  const browserSessions = [...pool.ssoSessions].flatMap(([hash, session]): readonly UserSession[] => {
    if (session.sub !== user.sub || !isActive(pool, session, now)) return []
    return [{ ...session, type: 'SSO', ssoSessionId: undefined, end: () => pool.ssoSessions.delete(hash) }]
  })
  return [...browserSessions, ...listTokenSessions(pool, user, now)].toSorted((one, two) => one.lastActiveAt - two.lastActiveAt)
}

/** Returns a session for each sign-in with a valid refresh token. Rotated tokens share one. */
function listTokenSessions(pool: Pool, user: User, now: number): readonly UserSession[] {
  const valid = [...pool.refreshTokens.values()].filter(
    ({ username, revoked, origin, expiresAt }) => username === user.username && !revoked && !pool.revoked.has(origin) && expiresAt > now,
  )
  return [...Map.groupBy(valid, ({ origin }) => origin)].flatMap(([origin, tokens]): readonly UserSession[] => {
    const [first] = tokens
    if (first === undefined) return []
    const { clientId, ssoSessionId } = first
    return [
      {
        type: 'TOKEN',
        id: toTokenSessionId(origin),
        clientId,
        ssoSessionId,
        createdAt: Math.min(...tokens.map(({ issuedAt }) => issuedAt)),
        lastActiveAt: Math.max(...tokens.map(({ issuedAt, usedAt = issuedAt }: RefreshToken) => usedAt)),
        end: () => {
          for (const token of tokens) revokeToken(pool, token, now)
        },
      },
    ]
  })
}

/** Returns the id of the session of a sign-in's tokens. It depends only on the sign-in, so the tokens need not keep it. */
function toTokenSessionId(origin: string): string {
  const hash = createHash('sha256').update(origin).digest('hex')
  return `tkn${BigInt(`0x${hash}`).toString(36).padStart(ID_LENGTH, '0').slice(0, ID_LENGTH)}`
}

/** Ends the least recently used sessions of tokens, so that one more stays within the limit. Only a pool that tracks sessions has a limit. */
export function endLeastRecentSessions(pool: Pool, user: User, now: number): void {
  if (!tracksSessions(pool)) return
  const { MaxPerUser } = (pool.sessionSettings ?? DEFAULT_SESSION_SETTINGS).TokenSession
  const leastRecentFirst = listTokenSessions(pool, user, now).toSorted((one, two) => one.lastActiveAt - two.lastActiveAt)
  for (const session of leastRecentFirst.slice(0, Math.max(0, leastRecentFirst.length - MaxPerUser + 1))) session.end()
}
