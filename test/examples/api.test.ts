import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import {
  GetUserCommand,
  GlobalSignOutCommand,
  NotAuthorizedException,
  UserLambdaValidationException,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startLocalServer } from '../../examples/api/local-server.ts'
import { createSigningKey, decode } from '../../src/tools/pool/tokens.ts'
import { type ApiPool, createPool, readClaims, signIn, signUp, startApiPool, type Tokens, toUrl } from '../support/api-example.ts'

let pool: ApiPool
let server: Server
let api: string
/** The tokens of a user in the group `staff`. */
let staff: Tokens

beforeAll(async () => {
  pool = await startApiPool()
  server = await startLocalServer({ ISSUER: pool.issuer, CLIENT_IDS: [pool.clientId], PORT: 0 })
  api = toUrl(server)
  staff = await pool.signUpAndIn('mary@example.com', ['staff'])
}, 120_000)

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await pool.stop()
})

async function get(
  path: string,
  token?: string,
): Promise<{ readonly status: number; readonly challenge: string | null; readonly body: unknown }> {
  const response = await fetch(`${api}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.json() }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** Replaces the header and the signature of a token, and changes its claims. */
function forge(token: string, header: object, signContent: (content: string) => string, changes: object = {}): string {
  const content = `${encode(header)}.${encode({ ...readClaims(token), ...changes })}`
  return `${content}.${signContent(content)}`
}

function readHeader(token: string): Readonly<Record<string, unknown>> {
  return decode(token.split('.')[0] ?? '') ?? {}
}

const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signForeign = (content: string): string => sign('sha256', Buffer.from(content), foreign.privateKey).toString('base64url')

describe('the API on this machine', () => {
  it('answers 200 to a signed-in user', async () => {
    const { sub, username } = readClaims(staff.AccessToken)

    expect(await get('/me', staff.AccessToken)).toEqual({ status: 200, challenge: null, body: { sub, username } })
  })

  it('answers 200 to a member of the group, also with a query', async () => {
    expect(await get('/reports?year=2026', staff.AccessToken)).toMatchObject({ status: 200, body: { reports: [] } })
  })

  it('answers 403 to a user without groups, and to a user in other groups', async () => {
    const without = await pool.signUpAndIn('ana@example.com')
    const other = await pool.signUpAndIn('gil@example.com', ['not-staff'])

    expect(await get('/me', without.AccessToken)).toMatchObject({ status: 200 })
    expect(await get('/reports', without.AccessToken)).toMatchObject({ status: 403, body: { message: 'Forbidden' } })
    expect(await get('/reports', other.AccessToken)).toMatchObject({ status: 403 })
  })

  it('answers 401 without a token, and names the scheme', async () => {
    expect(await get('/me')).toEqual({ status: 401, challenge: 'Bearer', body: { message: 'Unauthorized' } })
  })

  it.each([
    ['another scheme', 'Basic bWFyeTpwYXNz'],
    ['no scheme', 'a.b.c'],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['an empty token', 'Bearer '],
  ])('answers 401 to a header with %s', async (_, authorization) => {
    const { status } = await fetch(`${api}/me`, { headers: { authorization } })

    expect(status).toBe(401)
  })

  it('answers 404 to an unknown path or method, without reading the token', async () => {
    expect(await get('/unknown', staff.AccessToken)).toMatchObject({ status: 404 })
    expect(await get('//')).toMatchObject({ status: 404 })
    expect((await fetch(`${api}/me`, { method: 'POST' })).status).toBe(404)
  })

  it('answers 401 to the ID token in place of the access token', async () => {
    expect(await get('/me', staff.IdToken)).toMatchObject({ status: 401, challenge: 'Bearer error="invalid_token"' })
  })

  it('answers 401 to the token of another app client of the pool', async () => {
    const { AccessToken } = await pool.signUpAndIn('mary@example.com', [], pool.otherClientId)

    expect(readClaims(AccessToken).iss).toBe(pool.issuer)
    expect(await get('/me', AccessToken)).toMatchObject({ status: 401 })
  })

  it('answers 401 to the token of another pool that signs with the same key', async () => {
    const other = await createPool(pool.sdk)
    await signUp(pool.sdk, pool.pools, other.clientId, 'mary@example.com')
    const { AccessToken } = await signIn(pool.sdk, other.clientId, 'mary@example.com')

    expect(readHeader(AccessToken)).toEqual(readHeader(staff.AccessToken))
    expect(await get('/me', AccessToken)).toMatchObject({ status: 401 })
  })

  it('answers 401 to a token in which only the issuer is wrong', async () => {
    const token = await pool.pools.world.key.sign({ ...readClaims(staff.AccessToken), iss: `${pool.pools.endpoint}/us-east-1_Other` })

    expect(await get('/me', token)).toMatchObject({ status: 401 })
  })

  it('answers 401 to a token that a foreign key signed', async () => {
    const ownId = await createSigningKey(foreign.privateKey).sign(readClaims(staff.AccessToken))
    const stolenId = forge(staff.AccessToken, readHeader(staff.AccessToken), signForeign)

    expect(await get('/me', ownId)).toMatchObject({ status: 401 })
    expect(await get('/me', stolenId)).toMatchObject({ status: 401 })
  })

  it('answers 401 to a token whose groups were changed', async () => {
    const { AccessToken } = await pool.signUpAndIn('lea@example.com')
    const signature = AccessToken.split('.')[2] ?? ''
    const changed = forge(AccessToken, readHeader(AccessToken), () => signature, { 'cognito:groups': ['staff'] })

    expect(await get('/reports', changed)).toMatchObject({ status: 401 })
  })

  it.each([
    ['an empty signature', () => ''],
    ['a signature', () => 'c2lnbmF0dXJl'],
  ])('answers 401 to a token with the algorithm none and %s', async (_, signContent) => {
    const header = { ...readHeader(staff.AccessToken), alg: 'none' }

    expect(await get('/me', forge(staff.AccessToken, header, signContent))).toMatchObject({ status: 401 })
  })

  it('answers 401 to a token that is signed with the public key as a shared secret', async () => {
    const { keys } = await pool.pools.world.key.jwks()
    const pem = createPublicKey({ key: { ...keys[0] }, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
    const header = { ...readHeader(staff.AccessToken), alg: 'HS256' }
    const token = forge(staff.AccessToken, header, (content) => createHmac('sha256', pem).update(content).digest('base64url'))

    expect(await get('/me', token)).toMatchObject({ status: 401 })
  })

  it('answers 401 to an expired token', async () => {
    const yesterday = await startApiPool(() => Date.now() - 86_400_000)
    const late = await startLocalServer({ ISSUER: yesterday.issuer, CLIENT_IDS: [yesterday.clientId], PORT: 0 })
    try {
      const { AccessToken } = await yesterday.signUpAndIn('mary@example.com')
      const response = await fetch(`${toUrl(late)}/me`, { headers: { authorization: `Bearer ${AccessToken}` } })

      expect(readClaims(AccessToken).iss).toBe(yesterday.issuer)
      expect(response.status).toBe(401)
    } finally {
      late.closeAllConnections()
      late.close()
      await yesterday.stop()
    }
  })

  it('still answers 200 to a token that the pool has revoked, because a verifier does not see the revocation', async () => {
    const { AccessToken } = await pool.signUpAndIn('kim@example.com')

    await pool.sdk.send(new GlobalSignOutCommand({ AccessToken }))

    await expect(pool.sdk.send(new GetUserCommand({ AccessToken }))).rejects.toThrow(NotAuthorizedException)
    expect(await get('/me', AccessToken)).toMatchObject({ status: 200 })
  })

  it('answers 500 if the keys of the pool cannot be fetched, because the token may be valid', async () => {
    const report = vi.spyOn(console, 'error').mockReturnValue()
    const gone = createServer((_, response) => void response.writeHead(503).end())
    gone.listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const ISSUER = `${toUrl(gone)}/${pool.poolId}`
    const token = await pool.pools.world.key.sign({ ...readClaims(staff.AccessToken), iss: ISSUER })
    const lonely = await startLocalServer({ ISSUER, CLIENT_IDS: [pool.clientId], PORT: 0 })
    try {
      const { status } = await fetch(`${toUrl(lonely)}/me`, { headers: { authorization: `Bearer ${token}` } })

      expect(status).toBe(500)
      expect(report).toHaveBeenCalledWith(`Failed to fetch ${ISSUER}/.well-known/jwks.json: status 503`)
    } finally {
      report.mockRestore()
      lonely.close()
      gone.close()
    }
  })
})

describe('the pre sign-up function of the API', () => {
  it('denies a sign-up with an address in another domain', async () => {
    const signingUp = pool.signUpAndIn('eve@evilexample.com')

    await expect(signingUp).rejects.toThrow(UserLambdaValidationException)
    await expect(signingUp).rejects.toThrow('PreSignUp failed with error This email address cannot be used to sign up.')
  })
})
