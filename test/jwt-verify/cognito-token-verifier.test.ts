import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { FetchError } from 'aws-jwt-verify/error'
import { type JwksCache, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { describe, expect, it, vi } from 'vitest'
import { type CognitoTokenVerifierOptions, cognitoTokenVerifier } from '../../src/jwt-verify/index.ts'

const pool = 'eu-west-1_Example'
const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`
const { signal } = new AbortController()
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 })

const keys = new SimpleJwksCache()
keys.addJwks(`${issuer}/.well-known/jwks.json`, {
  keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'one', ...pickKey(publicKey) }],
})

function pickKey(key: KeyObject): { readonly n: string; readonly e: string } {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  return { n, e }
}

const now = Math.floor(Date.now() / 1000)
const ofUser = {
  ...{ sub: 'user-1', username: 'ann', client_id: 'web', token_use: 'access', iss: issuer, iat: now - 10, exp: now + 300 },
  'cognito:groups': ['staff'],
}

/** Signs a token. An undefined change removes the claim. */
function token(change: Readonly<Record<string, unknown>> = {}, key = privateKey, header: object = { alg: 'RS256', kid: 'one' }): string {
  const parts = [header, { ...ofUser, ...change }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${parts}.${sign('RSA-SHA256', Buffer.from(parts), key).toString('base64url')}`
}

const make = (options: Partial<CognitoTokenVerifierOptions> = {}) =>
  cognitoTokenVerifier({ clientIds: ['web', 'mobile'], tokenUse: 'access', jwksCache: keys, ...options })

describe('cognitoTokenVerifier', () => {
  it("returns the claims of a user's token", async () => {
    expect(await make().verify(token(), pool, signal)).toEqual(ofUser)
  })

  it('accepts ID tokens if the option tokenUse is id', async () => {
    const idToken = token({ token_use: 'id', aud: 'mobile', client_id: undefined, username: undefined, 'cognito:username': 'ann' })
    expect(await make({ tokenUse: 'id' }).verify(idToken, pool, signal)).toMatchObject({ sub: 'user-1' })
    expect(await make().verify(idToken, pool, signal)).toBeUndefined()
  })

  it.each([
    ['has expired', token({ exp: now - 1 })],
    ['is for another app client', token({ client_id: 'other' })],
    ['is an ID token', token({ token_use: 'id', aud: 'web' })],
    ['is of another pool', token({ iss: issuer.replace('Example', 'Other') })],
    ['has another signature', token({}, attacker.privateKey)],
    ['has no signature', token({}, privateKey, { alg: 'none', kid: 'one' })],
    ['names no key', token({}, privateKey, { alg: 'RS256' })],
    ['is of a machine', token({ username: undefined, sub: 'web' })],
    ['has an empty user name', token({ username: '' })],
    ['is not a JWT', 'good'],
  ])('returns undefined for a token that %s', async (_, text) => {
    expect(await make().verify(text, pool, signal)).toBeUndefined()
  })

  it('takes the pool of the options instead of the pool of the event', async () => {
    expect(await make({ userPoolId: pool }).verify(token(), 'eu-west-1_Machines', signal)).toMatchObject({ sub: 'user-1' })
    expect(await make().verify(token(), 'eu-west-1_Machines', signal)).toBeUndefined()
  })

  it('throws if the keys cannot be fetched', async () => {
    const unreachable = new SimpleJwksCache({ fetcher: { fetch: async (uri) => Promise.reject(new FetchError(uri, 'down')) } })
    const verifying = make({ jwksCache: unreachable }).verify(token(), pool, signal)
    await expect(verifying).rejects.toMatchObject({ name: 'KeysUnavailableError', code: 'keys-unavailable', cause: expect.any(FetchError) })
  })

  it('throws for an error that is not about the token', async () => {
    const broken: JwksCache = Object.assign(new SimpleJwksCache(), { getJwk: vi.fn().mockRejectedValue(new RangeError('bug')) })
    await expect(make({ jwksCache: broken }).verify(token(), pool, signal)).rejects.toThrow(RangeError)
  })

  it('fetches the keys only when it verifies a token', () => {
    expect(cognitoTokenVerifier({ clientIds: ['web'], tokenUse: 'access' }).verify).toBeTypeOf('function')
  })

  it.each([
    ['no app client', { clientIds: [] }, 'cognitoTokenVerifier(): clientIds needs at least one value'],
    ['a string', { clientIds: 'web' }, 'cognitoTokenVerifier(): clientIds is a string; expected a list of app client ids'],
    ['null', { clientIds: null }, 'cognitoTokenVerifier(): clientIds is null'],
    ['another kind of token', { tokenUse: 'refresh' }, "cognitoTokenVerifier(): tokenUse is a string; expected 'access' or 'id'"],
    ['a misspelt option', { clientId: 'web' }, "cognitoTokenVerifier(): unknown option 'clientId'"],
  ])('throws for %s when it is made', (_, options, message) => {
    expect(() => make(options as never)).toThrow(message)
  })
})
