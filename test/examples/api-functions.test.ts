import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { answerRequest, hasGroup, type VerifyToken } from '../../examples/api/answer.ts'
import { createHandler, type HttpApiEvent } from '../../examples/api/create-handler.ts'
import { readApiSettings, readLocalSettings } from '../../examples/api/settings.ts'
import { verifyCognitoTokens } from '../../examples/api/verify-cognito.ts'
import { verifyLocalTokens } from '../../examples/api/verify-local.ts'
import { createSigningKey } from '../../src/tools/pool/tokens.ts'
import { type ApiPool, readClaims, startApiPool, type Tokens } from '../support/api-example.ts'

let pool: ApiPool
let verifyLocal: VerifyToken
/** The tokens of a user in the group `staff`. */
let staff: Tokens

beforeAll(async () => {
  pool = await startApiPool()
  verifyLocal = verifyLocalTokens({ ISSUER: pool.issuer, CLIENT_IDS: [pool.clientId] })
  staff = await pool.signUpAndIn('mary@example.com', ['staff'])
}, 120_000)

afterAll(() => pool.stop())

describe('the API behind API Gateway', () => {
  const neverVerify = async (): Promise<never> => {
    throw new Error('verified the token')
  }

  /** Returns an event as API Gateway sends it: the claims are text, and the groups are joined. */
  function authorizedEvent(route: string, token: string, changes: Readonly<Record<string, string>> = {}): HttpApiEvent {
    const claims = Object.entries(readClaims(token)).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ])
    return {
      routeKey: route,
      headers: { authorization: `Bearer ${token}` },
      requestContext: { authorizer: { jwt: { claims: { ...Object.fromEntries(claims), ...changes } } } },
    }
  }

  it('trusts the claims of the authorizer, and verifies nothing', async () => {
    const answer = await createHandler(neverVerify)(authorizedEvent('GET /me', staff.AccessToken))

    expect(answer.statusCode).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      sub: readClaims(staff.AccessToken).sub,
      username: readClaims(staff.AccessToken).username,
    })
  })

  it('answers 401 to an ID token, which the authorizer accepts', async () => {
    const answer = await createHandler(neverVerify)(authorizedEvent('GET /me', staff.IdToken))

    expect(answer.statusCode).toBe(401)
  })

  it('reads groups from the token, because a group name with a space would look like two groups', async () => {
    const { AccessToken } = await pool.signUpAndIn('noa@example.com')
    const joined = { 'cognito:groups': '[not staff]' }

    const denied = await createHandler(verifyLocal)(authorizedEvent('GET /reports', AccessToken, joined))
    const allowed = await createHandler(verifyLocal)(authorizedEvent('GET /reports', staff.AccessToken))

    expect([denied.statusCode, allowed.statusCode]).toEqual([403, 200])
  })

  it('verifies the token itself if no authorizer ran', async () => {
    const event = { routeKey: 'GET /me', requestContext: {} }

    const accepted = await createHandler(verifyLocal)({ ...event, headers: { authorization: `Bearer ${staff.AccessToken}` } })
    const refused = await createHandler(verifyLocal)({ ...event, headers: { authorization: `Bearer ${staff.IdToken}` } })

    expect([accepted.statusCode, refused.statusCode]).toEqual([200, 401])
  })
})

describe('the verifier of the deployed functions', () => {
  const settings = { USER_POOL_ID: 'eu-west-1_Aq7Bw2Xk9', CLIENT_IDS: ['5vq2k8h1nd7rj3m0t6b9xw4cpe'] }
  const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${settings.USER_POOL_ID}`
  const key = createSigningKey()

  /** Creates the verifier with keys that need no network. */
  async function createVerify(from: { readonly jwks: () => Promise<object> } = key): Promise<VerifyToken> {
    const keys = new TextEncoder().encode(JSON.stringify(await from.jwks())).buffer
    return verifyCognitoTokens(settings, new SimpleJwksCache({ fetcher: { fetch: async () => keys } }))
  }

  const claims = { iss: issuer, token_use: 'access', client_id: settings.CLIENT_IDS[0], sub: 's', username: 'mary', exp: 4_102_444_800 }

  it('accepts an access token of the pool', async () => {
    const verify = await createVerify()

    expect(await verify(await key.sign(claims))).toMatchObject({ username: 'mary' })
  })

  it.each([
    ['an ID token', { token_use: 'id', aud: claims.client_id }],
    ['a token of another app client', { client_id: 'other' }],
    ['a token of another pool', { iss: `${issuer}x` }],
    ['an expired token', { exp: 1_700_000_000 }],
  ])('refuses %s', async (_, changes) => {
    const verify = await createVerify()

    expect(await verify(await key.sign({ ...claims, ...changes }))).toBeUndefined()
  })

  it('refuses a token of a local pool, even if it had its keys and its app client', async () => {
    const verify = await createVerify(pool.pools.world.key)
    const local = await pool.pools.world.key.sign({ ...readClaims(staff.AccessToken), client_id: claims.client_id })

    expect(await verify(local)).toBeUndefined()
  })

  it('throws if the keys cannot be fetched', async () => {
    const fetcher = {
      fetch: async () => {
        throw new Error('no network')
      },
    }
    const verify = verifyCognitoTokens(settings, new SimpleJwksCache({ fetcher }))

    await expect(verify(await key.sign(claims))).rejects.toThrow('no network')
  })
})

describe('hasGroup', () => {
  it.each([
    [['staff', 'other'], true],
    [['not staff', 'staffers'], false],
    [undefined, false],
    ['[staff]', false],
    ['staff', false],
  ])('decides for the groups %j: %s', (groups, expected) => {
    expect(hasGroup({ 'cognito:groups': groups }, 'staff')).toBe(expected)
  })
})

describe('answerRequest', () => {
  it('is not cached by browsers and proxies', async () => {
    const { headers } = await answerRequest(async () => undefined, { route: 'GET /me', token: undefined })

    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' })
  })
})

describe('the function behind the load balancer', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('reads the token of the load balancer, and no other header', async () => {
    vi.stubEnv('USER_POOL_ID', 'eu-west-1_Aq7Bw2Xk9')
    vi.stubEnv('CLIENT_IDS', '5vq2k8h1nd7rj3m0t6b9xw4cpe')
    const { handler } = await import('../../examples/api/web.ts')
    const event = { httpMethod: 'GET', path: '/me' }

    const without = await handler({ ...event, headers: { authorization: `Bearer ${staff.AccessToken}` } })
    // The verifier of AWS refuses the token of the local pool, without a request for keys.
    const refused = await handler({ ...event, headers: { 'x-amzn-oidc-accesstoken': staff.AccessToken } })

    expect(without).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': 'Bearer' } })
    expect(refused).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
  })

  it.each(['api', 'web'])('the function %s does not start without settings', async (name) => {
    vi.resetModules()

    await expect(import(`../../examples/api/${name}.ts`)).rejects.toThrow(
      'USER_POOL_ID is missing; expected the id of a user pool, such as eu-west-1_Aq7Bw2Xk9',
    )
  })
})

describe('the settings', () => {
  it('the deployed functions accept several app clients', () => {
    expect(readApiSettings({ USER_POOL_ID: 'eu-west-1_Aq7Bw2Xk9', CLIENT_IDS: 'one, two' }).CLIENT_IDS).toEqual(['one', 'two'])
  })

  it.each(['http://localhost:9229/eu-west-1_Aq7Bw2Xk9', 'eu-west-1', 'eu-west-1_', 'eu-west-1_a/b'])(
    'the deployed functions reject the user pool %s',
    (USER_POOL_ID) => {
      expect(() => readApiSettings({ USER_POOL_ID, CLIENT_IDS: 'one' })).toThrow('USER_POOL_ID is')
    },
  )

  it.each([
    'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Aq7Bw2Xk9',
    'http://pool.example.com:9229/eu-west-1_Aq7Bw2Xk9',
    'http://localhost:9229@pool.example.com/eu-west-1_Aq7Bw2Xk9',
    'http://localhost:9229/',
  ])('the local server rejects the issuer %s, which is not a pool on this machine', (ISSUER) => {
    expect(() => readLocalSettings({ ISSUER, CLIENT_IDS: 'one' })).toThrow('ISSUER is')
  })

  it('the local server listens on port 3000 by default, and rejects an invalid port', () => {
    const settings = { ISSUER: 'http://localhost:9229/us-east-1_Aq7Bw2Xk9', CLIENT_IDS: 'one' }

    expect(readLocalSettings(settings).PORT).toBe(3000)
    expect(() => readLocalSettings({ ...settings, PORT: '70000' })).toThrow('PORT is "70000"; expected a whole number from 0 to 65535')
  })
})
