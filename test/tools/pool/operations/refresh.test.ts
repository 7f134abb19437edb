import { afterAll, describe, expect, it } from 'vitest'
import { decode } from '../../../../src/tools/pool/tokens.ts'
import {
  type Answer,
  type Fields,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const ROTATES = (RetryGracePeriodSeconds = 0): Fields => ({ RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds } })

async function startSignedIn(options: TestPoolOptions = {}): Promise<{
  readonly pool: TestPool
  readonly AccessToken: string
  readonly RefreshToken: string
  readonly refresh: (token?: string, more?: Fields) => Promise<Answer>
}> {
  const pool = await startTestPool(options)
  pool.addUser()
  const { AccessToken, RefreshToken } = await pool.signIn()
  const refresh = (token = RefreshToken, more: Fields = {}): Promise<Answer> =>
    pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken: token, ...more })
  return { pool, AccessToken, RefreshToken, refresh }
}

const claims = (token: string): Fields => decode(token.split('.')[1] ?? '') ?? {}

describe('a refresh', () => {
  it('keeps the time and the origin of the sign-in, and the refresh token', async () => {
    let now = Date.UTC(2026, 0, 1)
    const { AccessToken, refresh } = await startSignedIn({ now: () => now })
    now += 60_000

    const { AuthenticationResult } = (await refresh()).body

    const [before, after] = [claims(AccessToken), claims(AuthenticationResult.AccessToken)]
    expect(after).toMatchObject({ auth_time: before.auth_time, origin_jti: before.origin_jti, iat: Number(before.iat) + 60 })
    expect(after.jti).not.toBe(before.jti)
    expect(AuthenticationResult.RefreshToken).toBe('')
  })

  it('calls neither PreAuthentication nor PostAuthentication', async () => {
    const { pool, refresh } = await startSignedIn()
    await pool.takeCalls()
    await refresh()

    expect(await pool.takeSequence()).toEqual(['TokenGeneration_Authentication'])
  })

  it('is refused by a function that refuses the tokens', async () => {
    let refuses = false
    const { refresh } = await startSignedIn({
      functions: {
        PreTokenGeneration() {
          if (refuses) throw new Error('Blocked')
          return undefined
        },
      },
    })
    refuses = true

    expect((await refresh()).body.message).toBe('PreTokenGeneration failed with error Blocked.')
    refuses = false
    expect((await refresh()).status).toBe(200)
  })

  it.each([
    ['an unknown token', { RefreshToken: 'unknown' }, 'Invalid Refresh Token'],
    ['an unknown app client', { ClientId: 'unknown' }, 'User pool client unknown does not exist.'],
  ])('refuses %s', async (_, more, message) => {
    const { refresh } = await startSignedIn()

    expect((await refresh(undefined, more)).body.message).toBe(message)
  })

  it('refuses an expired token', async () => {
    let now = Date.now()
    const { refresh } = await startSignedIn({ now: () => now, client: { RefreshTokenValidity: 1 } })
    now += 86_400_000

    expect((await refresh()).body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Refresh Token has expired' })
  })

  it('refuses an expired access token', async () => {
    let now = Date.now()
    const { pool, AccessToken } = await startSignedIn({ now: () => now })
    now += 3_600_000

    expect((await pool.api('GetUser', { AccessToken })).body.message).toBe('Access Token has expired')
  })
})

describe('the rotation of refresh tokens', () => {
  it('replaces the token, and refuses the old one', async () => {
    const { refresh } = await startSignedIn({ client: ROTATES() })

    const { RefreshToken } = (await refresh()).body.AuthenticationResult
    const reused = await refresh()
    const next = await refresh(RefreshToken)

    expect(RefreshToken).not.toBe('')
    expect(reused.body.__type).toBe('RefreshTokenReuseException')
    expect(next.status).toBe(200)
  })

  it('accepts the old token during the grace period', async () => {
    let now = Date.now()
    const { refresh } = await startSignedIn({ client: ROTATES(10), now: () => now })
    await refresh()
    now += 9000
    const inTime = await refresh()
    now += 1000

    expect(inTime.status).toBe(200)
    expect((await refresh()).body.__type).toBe('RefreshTokenReuseException')
  })

  it('gives the new token the end of the old one', async () => {
    let now = Date.now()
    const { refresh } = await startSignedIn({ client: { ...ROTATES(), RefreshTokenValidity: 2 }, now: () => now })
    now += 86_400_000
    const { RefreshToken } = (await refresh()).body.AuthenticationResult
    now += 86_400_000

    expect((await refresh(RefreshToken)).body.message).toBe('Refresh Token has expired')
  })

  it('does not allow REFRESH_TOKEN_AUTH', async () => {
    const { pool, RefreshToken } = await startSignedIn({ client: ROTATES() })

    const { body } = await pool.api('InitiateAuth', {
      ClientId: pool.clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    })

    expect(body.__type).toBe('UnsupportedOperationException')
  })

  it('is undone by a revocation of any token of the sign-in', async () => {
    const { pool, RefreshToken, AccessToken, refresh } = await startSignedIn({ client: ROTATES() })
    const rotated = (await refresh()).body.AuthenticationResult.RefreshToken
    await pool.api('RevokeToken', { ClientId: pool.clientId, Token: RefreshToken })

    expect((await refresh(rotated)).body.message).toBe('Refresh Token has been revoked')
    expect((await pool.api('GetUser', { AccessToken })).body.message).toBe('Access Token has been revoked')
  })
})

describe('RevokeToken', () => {
  it('ends one sign-in, and no other', async () => {
    const { pool, RefreshToken, AccessToken, refresh } = await startSignedIn()
    const other = await pool.signIn()
    await pool.api('RevokeToken', { ClientId: pool.clientId, Token: RefreshToken })

    expect((await refresh()).body.message).toBe('Refresh Token has been revoked')
    expect((await pool.api('GetUser', { AccessToken })).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'Access Token has been revoked',
    })
    expect((await pool.api('GetUser', { AccessToken: other.AccessToken })).status).toBe(200)
  })

  it('accepts an unknown token, and needs an app client with revocation', async () => {
    const { pool } = await startSignedIn()
    const without = await startSignedIn({ client: { EnableTokenRevocation: false } })

    expect((await pool.api('RevokeToken', { ClientId: pool.clientId, Token: 'unknown' })).status).toBe(200)
    expect((await without.pool.api('RevokeToken', { ClientId: without.pool.clientId, Token: 'unknown' })).body.__type).toBe(
      'UnsupportedOperationException',
    )
  })
})
