import { afterAll, describe, expect, it } from 'vitest'
import { type Fields, startTestPool, stopTestPools, type TestPool, type TestPoolOptions } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

/** Starts a pool that tracks sessions, with the user `ada`. */
async function startTracking(options: TestPoolOptions = {}, MaxPerUser = 20): Promise<TestPool> {
  const pool = await startTestPool(options)
  pool.addUser()
  await setTracking(pool, { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser } })
  return pool
}

const setTracking = (pool: TestPool, settings: Fields) =>
  pool.api('SetUserPoolSessionConfiguration', { UserPoolId: pool.userPoolId, ...settings })
const onAda = (pool: TestPool): Fields => ({ UserPoolId: pool.userPoolId, Username: 'ada' })
const onClient = (pool: TestPool): Fields => ({ UserPoolId: pool.userPoolId, ClientId: pool.clientId })
const refresh = (pool: TestPool, RefreshToken: string) => pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken })
const revoke = (pool: TestPool, SessionId: unknown, more: Fields = {}) =>
  pool.api('AdminRevokeUserSession', { ...onAda(pool), SessionId, ...more })

async function list(pool: TestPool, Username = 'ada'): Promise<readonly Fields[]> {
  const { status, body } = await pool.api('AdminListUserSessions', { UserPoolId: pool.userPoolId, Username })
  expect(status).toBe(200)
  return Object(body.Sessions)
}

describe('AdminListUserSessions', () => {
  it('lists each sign-in through the API, with its last refresh', async () => {
    let now = Date.UTC(2026, 0, 1)
    const pool = await startTracking({ now: () => now })
    const first = await pool.signIn()
    now += 60_000
    await pool.signIn()
    now += 60_000
    await refresh(pool, first.RefreshToken)

    const sessions = await list(pool)

    const start = Date.UTC(2026, 0, 1) / 1000
    const common = {
      ...{ SessionId: expect.stringMatching(/^tkn[a-z0-9]{25}$/), SessionType: 'TOKEN', ClientId: pool.clientId },
      ...{ DeviceType: 'unknown', LastIPAddress: '127.0.0.1', LastLocation: { Country: 'unknown' }, IsCurrentSession: false },
    }
    expect(sessions).toEqual([
      { ...common, CreateDate: start + 60, LastActiveDate: start + 60 },
      { ...common, CreateDate: start, LastActiveDate: start + 120 },
    ])
  })

  it('keeps the session of a sign-in whose refresh token is rotated', async () => {
    let now = Date.UTC(2026, 0, 1)
    const pool = await startTracking({ now: () => now, client: { RefreshTokenRotation: { Feature: 'ENABLED' } } })
    const { RefreshToken } = await pool.signIn()
    const before = await list(pool)
    now += 60_000

    await refresh(pool, RefreshToken)

    expect(await list(pool)).toEqual(before.map((session) => ({ ...session, LastActiveDate: Number(session.LastActiveDate) + 60 })))
  })

  it('lists neither revoked nor expired sessions, nor those of other users', async () => {
    let now = Date.now()
    const pool = await startTracking({ now: () => now, client: { RefreshTokenValidity: 1 } })
    pool.addUser({ username: 'bob', attributes: {} })
    await pool.signIn('bob')
    await pool.signIn()
    await pool.api('AdminUserGlobalSignOut', onAda(pool))
    const revoked = await list(pool)
    const other = await list(pool, 'bob')
    now += 86_400_000

    expect(revoked).toEqual([])
    expect(other).toHaveLength(1)
    expect(await list(pool, 'bob')).toEqual([])
  })
})

describe('AdminRevokeUserSession', () => {
  it('revokes the refresh and access tokens of one session', async () => {
    const pool = await startTracking()
    const lost = await pool.signIn()
    const [session] = await list(pool)
    const kept = await pool.signIn()

    const { status } = await revoke(pool, session?.SessionId)

    expect(status).toBe(200)
    expect((await refresh(pool, lost.RefreshToken)).body.message).toBe('Refresh Token has been revoked')
    expect((await pool.api('GetUser', { AccessToken: lost.AccessToken })).body.message).toBe('Access Token has been revoked')
    expect((await refresh(pool, kept.RefreshToken)).status).toBe(200)
    expect(await list(pool)).toHaveLength(1)
  })

  it('refuses a session that has ended, one of another user, and an invalid id', async () => {
    const pool = await startTracking()
    pool.addUser({ username: 'bob', attributes: {} })
    await pool.signIn('bob')
    await pool.signIn()
    const [own] = await list(pool)
    const [foreign] = await list(pool, 'bob')
    await revoke(pool, own?.SessionId)

    const types = [own?.SessionId, foreign?.SessionId, 'sso1'].map(async (id) => (await revoke(pool, id)).body.__type)

    expect(await Promise.all(types)).toEqual(['ResourceNotFoundException', 'ResourceNotFoundException', 'InvalidParameterException'])
    expect(await list(pool, 'bob')).toHaveLength(1)
  })
})

describe('the settings of sessions', () => {
  it('are off by default, and then the sessions can be neither listed nor revoked', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await pool.signIn()

    const answers = [
      await pool.api('AdminListUserSessions', onAda(pool)),
      await revoke(pool, `tkn${'a'.repeat(25)}`),
      await pool.api('SetUserPoolClientSessionConfiguration', { ...onClient(pool), SSOSession: { MaxValidityMinutes: 5 } }),
    ]

    expect(answers.map(({ body }) => body.__type)).toEqual(Array(3).fill('OperationNotEnabledException'))
  })

  it('need a pool with the tier ESSENTIALS or PLUS', async () => {
    const pool = await startTestPool({ settings: { UserPoolTier: 'LITE' } })

    const { body } = await setTracking(pool, { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 1 } })

    expect(body.__type).toBe('FeatureUnavailableInTierException')
  })

  it.each([
    [{ UserSessionTracking: 'ENABLED' }],
    [{ UserSessionTracking: 'ON', TokenSession: { MaxPerUser: 1 } }],
    [{ UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 101 } }],
  ])('of the pool reject %j', async (settings) => {
    const pool = await startTestPool()

    expect((await setTracking(pool, settings)).body.__type).toBe('InvalidParameterException')
  })

  it.each([-1, 129_601, undefined])('of an app client reject %s minutes', async (MaxValidityMinutes) => {
    const pool = await startTracking()

    const { body } = await pool.api('SetUserPoolClientSessionConfiguration', { ...onClient(pool), SSOSession: { MaxValidityMinutes } })

    expect(body.__type).toBe('InvalidParameterException')
  })

  it('stay when the pool or the app client is updated', async () => {
    const pool = await startTracking({}, 7)
    await pool.api('SetUserPoolClientSessionConfiguration', { ...onClient(pool), SSOSession: { MaxValidityMinutes: 5 } })

    await pool.api('UpdateUserPool', { UserPoolId: pool.userPoolId })
    await pool.api('UpdateUserPoolClient', onClient(pool))

    const { body: ofPool } = await pool.api('GetUserPoolSessionConfiguration', { UserPoolId: pool.userPoolId })
    const { body: ofClient } = await pool.api('GetUserPoolClientSessionConfiguration', onClient(pool))
    expect(ofPool).toMatchObject({ UserPoolId: pool.userPoolId, UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 7 } })
    expect(ofClient).toMatchObject({ ...onClient(pool), SSOSession: { MaxValidityMinutes: 5 } })
  })

  it('limit the sessions of tokens: a sign-in ends the least recently used one', async () => {
    let now = Date.now()
    const pool = await startTracking({ now: () => now }, 2)
    const first = await pool.signIn()
    now += 1000
    const second = await pool.signIn()
    now += 1000
    await refresh(pool, first.RefreshToken)
    now += 1000

    const third = await pool.signIn()

    expect(await list(pool)).toHaveLength(2)
    const statuses = [first, second, third].map(async ({ RefreshToken }) => (await refresh(pool, RefreshToken)).status)
    expect(await Promise.all(statuses)).toEqual([200, 400, 200])
  })

  it('apply a lower limit at the next sign-in', async () => {
    const pool = await startTracking()
    for (let count = 0; count < 4; count += 1) await pool.signIn()
    await setTracking(pool, { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 2 } })
    const before = await list(pool)

    await pool.signIn()

    expect([before.length, (await list(pool)).length]).toEqual([4, 2])
  })
})
