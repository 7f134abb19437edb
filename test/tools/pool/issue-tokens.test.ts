import { createPublicKey, verify } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { decode } from '../../../src/tools/pool/tokens.ts'
import {
  EMAIL,
  type Fields,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
  VERIFIED_CONTACTS,
} from '../../support/pool-sequences.ts'

afterAll(stopTestPools)

const NOW = Date.UTC(2026, 0, 1)
const SECONDS = NOW / 1000
const UUID = /^[\da-f-]{36}$/

interface Tokens {
  readonly id: Fields
  readonly access: Fields
  readonly pool: TestPool
}

/** Signs `ada` in, who is in the groups `editors` and `admins`, and returns the claims. */
async function signIn(options: TestPoolOptions = {}, groups: readonly Fields[] = []): Promise<Tokens> {
  const pool = await startTestPool({ now: () => NOW, ...options })
  for (const group of groups) await pool.api('CreateGroup', { UserPoolId: pool.userPoolId, ...group })
  pool.addUser({
    attributes: { ...VERIFIED_CONTACTS, 'custom:plan': 'gold' },
    groups: groups.map(({ GroupName }) => String(GroupName)),
  })
  const { IdToken, AccessToken } = await pool.signIn()
  const [id = {}, access = {}] = [IdToken, AccessToken].map((token) => decode(token.split('.')[1] ?? ''))
  return { id, access, pool }
}

describe('the tokens of a sign-in', () => {
  it('have the claims of Cognito', async () => {
    const { id, access, pool } = await signIn()
    const sub = pool.pools.world.store.pools.get(pool.userPoolId)?.users.get('ada')?.sub
    const common = {
      sub,
      iss: `${pool.pools.endpoint}/${pool.userPoolId}`,
      origin_jti: expect.stringMatching(UUID),
      event_id: expect.stringMatching(UUID),
      jti: expect.stringMatching(UUID),
      auth_time: SECONDS,
      iat: SECONDS,
      exp: SECONDS + 3600,
    }

    expect(access).toEqual({
      ...common,
      client_id: pool.clientId,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      username: 'ada',
    })
    expect(id).toEqual({
      ...common,
      aud: pool.clientId,
      token_use: 'id',
      'cognito:username': 'ada',
      email: EMAIL,
      email_verified: true,
      phone_number: VERIFIED_CONTACTS.phone_number,
      phone_number_verified: true,
      'custom:plan': 'gold',
    })
    expect(id.origin_jti).toBe(access.origin_jti)
    expect(id.jti).not.toBe(access.jti)
  })

  it('verify with the published key, and with no other issuer', async () => {
    const { pool } = await signIn()
    const { AccessToken } = await pool.signIn()
    const [header = '', payload = '', signature = ''] = AccessToken.split('.')
    const { keys } = Object(await (await fetch(`${pool.pools.endpoint}/${pool.userPoolId}/.well-known/jwks.json`)).json())

    const isValid = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey({ key: keys[0], format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    )

    expect(isValid).toBe(true)
    expect(decode(header)).toEqual({ kid: keys[0].kid, alg: 'RS256' })
    expect(String(decode(payload)?.iss)).toMatch(/^http:\/\/localhost:/)
  })

  it('live as long as the app client says', async () => {
    const { id, access } = await signIn({
      client: { AccessTokenValidity: 10, IdTokenValidity: 2, TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'days' } },
    })

    expect([Number(access.exp) - SECONDS, Number(id.exp) - SECONDS]).toEqual([600, 172_800])
  })

  it('show only the attributes that the app client may read', async () => {
    const { id } = await signIn({ client: { ReadAttributes: ['email'] } })

    expect(id.email).toBe(EMAIL)
    expect(Object.keys(id).filter((name) => /phone|custom/.test(name))).toEqual([])
  })

  it('list the groups by their precedence, and the role of the first', async () => {
    const groups = [
      { GroupName: 'editors', Precedence: 2, RoleArn: 'arn:aws:iam::000000000000:role/editor' },
      { GroupName: 'admins', Precedence: 1, RoleArn: 'arn:aws:iam::000000000000:role/admin' },
      { GroupName: 'others' },
    ]
    const { id, access } = await signIn({}, groups)

    expect([id['cognito:groups'], access['cognito:groups']]).toEqual(Array(2).fill(['admins', 'editors', 'others']))
    expect(id).toMatchObject({
      'cognito:preferred_role': groups[1]?.RoleArn,
      'cognito:roles': [groups[1]?.RoleArn, groups[0]?.RoleArn],
    })
  })

  it('have no preferred role if two groups share the lowest precedence', async () => {
    const { id } = await signIn({}, [
      { GroupName: 'one', Precedence: 1, RoleArn: 'arn:aws:iam::000000000000:role/one' },
      { GroupName: 'two', Precedence: 1, RoleArn: 'arn:aws:iam::000000000000:role/two' },
    ])

    expect(id).not.toHaveProperty('cognito:preferred_role')
    expect(id['cognito:roles']).toHaveLength(2)
  })
})

describe('the pre token generation function', () => {
  it('gets the groups as an object, and the scopes from version 2 on', async () => {
    const toSettings = (LambdaVersion: string): Fields => ({
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:a', LambdaVersion } },
    })
    const requests: Fields[] = []
    for (const version of ['V1_0', 'V2_0', 'V3_0']) {
      const { pool } = await signIn({ settings: toSettings(version) }, [{ GroupName: 'editors' }])
      requests.push(Object((await pool.takeCalls()).at(-1)?.event.request))
    }

    const groupConfiguration = { groupsToOverride: ['editors'], iamRolesToOverride: [], preferredRole: null }
    expect(requests.map((request) => request.groupConfiguration)).toEqual(Array(3).fill(groupConfiguration))
    expect(requests.map(({ scopes }) => scopes)).toEqual([undefined, ['aws.cognito.signin.user.admin'], ['aws.cognito.signin.user.admin']])
  })

  it('changes groups, claims and scopes', async () => {
    const { id, access } = await signIn(
      {
        settings: {
          LambdaConfig: {
            PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:a', LambdaVersion: 'V2_0' },
          },
        },
        functions: {
          PreTokenGeneration: () => ({
            claimsAndScopeOverrideDetails: {
              idTokenGeneration: { claimsToAddOrOverride: { plan: { name: 'gold' } }, claimsToSuppress: ['email'] },
              accessTokenGeneration: {
                claimsToAddOrOverride: { tenant: 7 },
                scopesToAdd: ['shop/read'],
                scopesToSuppress: ['aws.cognito.signin.user.admin'],
              },
              groupOverrideDetails: { groupsToOverride: ['one'], iamRolesToOverride: ['arn:role'], preferredRole: 'arn:role' },
            },
          }),
        },
      },
      [{ GroupName: 'editors' }],
    )

    expect(id).toMatchObject({ plan: { name: 'gold' }, 'cognito:groups': ['one'], 'cognito:preferred_role': 'arn:role' })
    expect(id).not.toHaveProperty('email')
    expect(access).toMatchObject({ tenant: 7, scope: 'shop/read', 'cognito:groups': ['one'] })
  })

  it('that removes the scope of the API makes a token that cannot call it', async () => {
    const { pool } = await signIn({
      settings: {
        LambdaConfig: {
          PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:a', LambdaVersion: 'V2_0' },
        },
      },
      functions: {
        PreTokenGeneration: () => ({
          claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToSuppress: ['aws.cognito.signin.user.admin'] } },
        }),
      },
    })
    const { AccessToken } = await pool.signIn()

    expect((await pool.api('GetUser', { AccessToken })).body.message).toBe('Access Token does not have required scopes')
  })
})
