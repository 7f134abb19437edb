import { describe, expect, it } from 'vitest'
import { parseClientSettings } from '../../../../src/tools/pool/settings/client-settings.ts'
import { createClient, createStore, restorePool, toStored } from '../../../../src/tools/pool/store.ts'
import { type ApiPool, startApiPool } from '../../../support/lifeguard-pool.ts'
import { createBrowser, exchangeCode, type LoginOptions, PASSWORD, signInAt, type TestBrowser } from '../../../support/managed-login.ts'

type Session = Readonly<Record<string, unknown>>

interface Tracked extends ApiPool {
  readonly browser: TestBrowser
  readonly signIn: (browser?: TestBrowser) => ReturnType<TestBrowser['open']>
  readonly list: () => Promise<readonly Session[]>
  readonly revoke: (session: Session | undefined, more?: object) => Promise<number>
  readonly setMinutes: (minutes: number, clientId?: string) => Promise<number>
}

const TRACKING = { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 20 } }

/** Starts a pool that tracks sessions, with the user `anna`. */
async function startTracked(options: LoginOptions = {}): Promise<Tracked> {
  const pool = await startApiPool(options)
  pool.addUser('anna')
  const user = { UserPoolId: pool.pool.id, Username: 'anna' }
  await pool.api('SetUserPoolSessionConfiguration', { UserPoolId: pool.pool.id, ...TRACKING })
  const own = createBrowser()
  return {
    ...pool,
    browser: own,
    signIn: async (browser = own) =>
      browser.submit(await browser.open(pool.authorizeUrl({ prompt: 'login' })), { username: 'anna', password: PASSWORD }),
    list: async () => Object((await pool.api('AdminListUserSessions', user)).body.Sessions),
    async revoke(session, more = {}) {
      return (await pool.api('AdminRevokeUserSession', { ...user, SessionId: session?.SessionId, ...more })).status
    },
    async setMinutes(MaxValidityMinutes, ClientId = pool.client.id) {
      const input = { UserPoolId: pool.pool.id, ClientId, SSOSession: { MaxValidityMinutes } }
      return (await pool.api('SetUserPoolClientSessionConfiguration', input)).status
    },
  }
}

/** Returns `code` if the browser gets a code without a password, or the path of the page. */
async function reuse({ browser, authorizeUrl }: Tracked, more?: Readonly<Record<string, string>>): Promise<string> {
  const { url, location } = await browser.open(authorizeUrl(more))
  return location?.searchParams.has('code') === true ? 'code' : new URL(url).pathname
}

const listTypes = (sessions: readonly Session[]): readonly unknown[] => sessions.map(({ SessionType }) => SessionType)

describe('the session of a browser in the list of sessions', () => {
  it('is listed after a sign-in on the page, with the tokens that came through it', async () => {
    const pool = await startTracked()

    await exchangeCode(pool, await pool.signIn())

    const [sso, tokens] = (await pool.list()).toSorted((one, two) => String(one.SessionType).localeCompare(String(two.SessionType)))
    expect(sso).toMatchObject({
      SessionId: expect.stringMatching(/^sso[a-z0-9]{25}$/),
      SessionType: 'SSO',
      ClientId: pool.client.id,
      IsCurrentSession: false,
    })
    expect(sso).not.toHaveProperty('OriginSessionId')
    expect(tokens).toMatchObject({ SessionType: 'TOKEN', OriginSessionId: sso?.SessionId })
  })

  it('is listed for a federated user', async () => {
    const pool = await startTracked()
    await signInAt(pool, 'anna')
    const [Username] = [...pool.pool.users.keys()].filter((name) => name.startsWith('google_'))

    const { body } = await pool.api('AdminListUserSessions', { UserPoolId: pool.pool.id, Username })

    expect(listTypes(Object(body.Sessions))).toEqual(['SSO'])
  })

  it('has the time of its last use', async () => {
    let now = Date.UTC(2026, 0, 1)
    const pool = await startTracked({ now: () => now })
    await pool.signIn()
    now += 60_000
    await reuse(pool)

    expect(await pool.list()).toMatchObject([{ CreateDate: Date.UTC(2026, 0, 1) / 1000, LastActiveDate: now / 1000 }])
  })

  it('stays the same when the user signs in again in the same browser, with a new cookie', async () => {
    const pool = await startTracked()
    await pool.signIn()
    const before = [...pool.browser.cookies.values()]
    const [session] = await pool.list()

    await pool.signIn()

    expect((await pool.list()).map(({ SessionId }) => SessionId)).toEqual([session?.SessionId])
    expect([...pool.browser.cookies.values()]).not.toEqual(before)
  })

  it('is not listed after /logout, after its end, or for a deleted user', async () => {
    let now = Date.now()
    const pool = await startTracked({ now: () => now })
    await pool.signIn()
    await pool.browser.open(
      `${pool.pools.endpoint}/logout?${new URLSearchParams({ client_id: pool.client.id, logout_uri: 'http://localhost:9/signed-out' })}`,
    )
    const afterLogout = await pool.list()
    await pool.signIn()
    now += 60 * 60_000
    const afterEnd = await pool.list()
    await pool.signIn()
    await pool.api('AdminDeleteUser', { UserPoolId: pool.pool.id, Username: 'anna' })

    expect([afterLogout, afterEnd]).toEqual([[], []])
    expect(pool.pool.ssoSessions.size).toBe(0)
  })
})

describe('the revocation of a session of a browser', () => {
  it('asks for the password again, and keeps the tokens', async () => {
    const pool = await startTracked()
    const { refresh_token } = await exchangeCode(pool, await pool.signIn())
    const before = await reuse(pool)
    const sso = (await pool.list()).find(({ SessionType }) => SessionType === 'SSO')

    const status = await pool.revoke(sso)

    expect({ before, status }).toEqual({ before: 'code', status: 200 })
    expect(await reuse(pool)).toBe('/login')
    expect(await reuse(pool, { prompt: 'none' })).toBe('/oauth2/authorize')
    expect(listTypes(await pool.list())).toEqual(['TOKEN'])
    const { status: refreshed } = await pool.post('/oauth2/token', {
      ...{ grant_type: 'refresh_token', client_id: pool.client.id, refresh_token: String(refresh_token) },
    })
    expect(refreshed).toBe(200)
  })

  it.each([
    ['the tokens that came through it, and no others', 'SSO'],
    ['the session that tokens came through', 'TOKEN'],
  ])('with LINKED also ends %s', async (_, type) => {
    const pool = await startTracked()
    await exchangeCode(pool, await pool.signIn())
    await exchangeCode(pool, await pool.signIn(createBrowser()))
    const [first] = (await pool.list()).filter(({ SessionType }) => SessionType === 'SSO')
    const target = (await pool.list()).find(
      ({ SessionType, SessionId, OriginSessionId }) => type === SessionType && [SessionId, OriginSessionId].includes(first?.SessionId),
    )

    await pool.revoke(target, { RevokeAssociatedSessions: 'LINKED' })

    expect((await pool.list()).filter(({ SessionId, OriginSessionId }) => [SessionId, OriginSessionId].includes(first?.SessionId))).toEqual(
      [],
    )
    expect(listTypes(await pool.list()).toSorted()).toEqual(['SSO', 'TOKEN'])
  })

  it('is not part of a global sign-out', async () => {
    const pool = await startTracked()
    await exchangeCode(pool, await pool.signIn())

    await pool.api('AdminUserGlobalSignOut', { UserPoolId: pool.pool.id, Username: 'anna' })

    expect(listTypes(await pool.list())).toEqual(['SSO'])
    expect(await reuse(pool)).toBe('code')
  })
})

describe('SSOSession.MaxValidityMinutes', () => {
  it('ends the reuse so many minutes after the sign-in, also if the session was used', async () => {
    let now = Date.now()
    const pool = await startTracked({ now: () => now })
    await pool.setMinutes(129_600)
    const { headers } = await pool.signIn()
    now += 129_600 * 60_000 - 1000
    const before = await reuse(pool)
    now += 1000

    expect(headers.getSetCookie()).toEqual([expect.stringContaining(`Max-Age=${129_600 * 60}`)])
    expect([before, await reuse(pool)]).toEqual(['code', '/login'])
  })

  it('of 0 never reuses the session, which other app clients do', async () => {
    const pool = await startTracked()
    const settings = parseClientSettings({ ...pool.client.settings, ClientName: 'other' })
    const other = createClient(pool.pools.world.store, pool.pool, settings, Date.now())
    await pool.setMinutes(0)

    await pool.signIn()

    expect(listTypes(await pool.list())).toEqual(['SSO'])
    expect(await reuse(pool)).toBe('/login')
    expect(await reuse(pool, { client_id: other.id })).toBe('code')
  })

  it('has no effect while the pool does not track sessions', async () => {
    const pool = await startTracked()
    await pool.setMinutes(0)
    await pool.signIn()
    const before = await reuse(pool)

    await pool.api('SetUserPoolSessionConfiguration', { UserPoolId: pool.pool.id, ...TRACKING, UserSessionTracking: 'DISABLED' })

    expect([before, await reuse(pool)]).toEqual(['/login', 'code'])
  })
})

it('a restored pool has the sessions of browsers, and its file has no cookie', async () => {
  const pool = await startTracked()
  await pool.signIn()
  const stored = JSON.stringify(toStored(pool.pool))

  const again = createStore()
  restorePool(again, JSON.parse(stored))

  expect([...(again.pools.get(pool.pool.id)?.ssoSessions ?? [])]).toEqual([...pool.pool.ssoSessions])
  for (const value of pool.browser.cookies.values()) expect(stored).not.toContain(value)
})
