import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cognitoClient } from '../../../src/shared/aws/cognito.ts'
import { cognitoPoolDirectory } from '../../../src/shared/directory/cognito-pool-directory.ts'
import { type CognitoPasswordsEndpoint, startCognitoPasswords } from '../../support/cognito-passwords-endpoint.ts'

const { signal } = new AbortController()
const PASSWORD = 'Legacy-horse-7'
const attributes = { sub: 'old-sub', email: 'mary@example.com', email_verified: 'true' }
const pool = { userPoolId: 'eu-west-1_Old', clientId: 'old-client' }

let endpoint: CognitoPasswordsEndpoint
let client: CognitoIdentityProviderClient
const cognito = (): CognitoIdentityProviderClient => client
const check = (userName: string, options: Partial<Parameters<typeof cognitoPoolDirectory>[0]> = {}, password = PASSWORD) =>
  cognitoPoolDirectory({ cognito, ...pool, ...options }).checkPassword({ userName, password }, signal)

beforeAll(async () => {
  endpoint = await startCognitoPasswords()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new CognitoIdentityProviderClient({ endpoint: endpoint.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
  const user = { password: PASSWORD, attributes }
  endpoint.put('mary', user)
  endpoint.put('disabled', { ...user, enabled: false })
  endpoint.put('unconfirmed', { ...user, status: 'UNCONFIRMED', error: 'UserNotConfirmedException' })
  endpoint.put('federated', { ...user, status: 'EXTERNAL_PROVIDER' })
  endpoint.put('must-reset', { ...user, status: 'RESET_REQUIRED', error: 'PasswordResetRequiredException' })
  endpoint.put('denied', { ...user, error: 'UserLambdaValidationException' })
  endpoint.put('temporary', { ...user, challenge: 'NEW_PASSWORD_REQUIRED' })
  endpoint.put('totp', { ...user, challenge: 'SOFTWARE_TOKEN_MFA' })
})
afterAll(async () => {
  client.destroy()
  await endpoint.stop()
})

describe('cognitoPoolDirectory', () => {
  it('checks the password in the old pool, then reads the attributes', async () => {
    const from = endpoint.calls().length
    expect(await check('mary')).toEqual({ attributes, mustReset: false })
    expect(endpoint.calls().slice(from)).toEqual([
      [
        'AdminInitiateAuth',
        {
          UserPoolId: 'eu-west-1_Old',
          ClientId: 'old-client',
          AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
          AuthParameters: { USERNAME: 'mary', PASSWORD },
        },
      ],
      ['AdminGetUser', { UserPoolId: 'eu-west-1_Old', Username: 'mary' }],
    ])
  })

  it('sends the secret hash of an app client with a secret', async () => {
    await check('mary', { clientSecret: 'app-secret' })
    expect(endpoint.calls().at(-2)).toMatchObject([
      'AdminInitiateAuth',
      { AuthParameters: { SECRET_HASH: 'dJjfsEMyj+snBh9LZITtAR8qysghl3GfOdYvn6hMne4=' } },
    ])
  })

  it.each([
    ['nobody', PASSWORD, 'unknown-user'],
    ['mary', 'guess', 'wrong-password'],
    ['disabled', PASSWORD, 'wrong-password'],
    ['denied', PASSWORD, 'wrong-password'],
    ['must-reset', PASSWORD, 'wrong-password'],
    ['unconfirmed', PASSWORD, 'unknown-user'],
    ['federated', PASSWORD, 'unknown-user'],
  ])('returns for %s with the password %s: %s', async (userName, password, result) => {
    expect(await check(userName, {}, password)).toBe(result)
  })

  it('sends one request for an unknown user and for a wrong password', async () => {
    for (const [userName, password] of [['nobody', 'guess'] as const, ['mary', 'guess'] as const]) {
      const from = endpoint.calls().length
      await check(userName, {}, password)
      expect(endpoint.calls().length - from).toBe(1)
    }
  })

  it('requires a new password after a temporary one, and after a second factor unless it is accepted', async () => {
    expect(await check('temporary')).toMatchObject({ mustReset: true })
    expect(await check('temporary', { secondFactor: 'accept' })).toMatchObject({ mustReset: true })
    expect(await check('totp')).toMatchObject({ mustReset: true })
    expect(await check('totp', { secondFactor: 'accept' })).toMatchObject({ mustReset: false })
  })

  it('finds confirmed users without a password', async () => {
    const { findUser } = cognitoPoolDirectory({ cognito, ...pool })
    expect(await findUser('mary', signal)).toEqual({ attributes })
    for (const userName of ['nobody', 'disabled', 'unconfirmed', 'federated']) expect(await findUser(userName, signal)).toBeUndefined()
  })

  it.each([
    ['TooManyRequestsException', 'Rate exceeded'],
    ['UnexpectedLambdaException', 'PreAuthentication invocation failed'],
    ['NotAuthorizedException', 'Client old-client is configured with secret but SECRET_HASH was not received'],
    ['AccessDeniedException', 'not authorized to perform: cognito-idp:AdminInitiateAuth'],
  ])('throws %s: %s', async (name, message) => {
    endpoint.fault([name, message])
    await expect(check('mary')).rejects.toHaveProperty('name', name)
    if (name !== 'NotAuthorizedException')
      await expect(cognitoPoolDirectory({ cognito, ...pool }).findUser('mary', signal)).rejects.toHaveProperty('name', name)
    endpoint.fault(undefined)
  })

  it('ends the request when the signal aborts', async () => {
    const { findUser } = cognitoPoolDirectory({ cognito, ...pool })
    await expect(findUser('mary', AbortSignal.abort())).rejects.toHaveProperty('name', 'AbortError')
  })

  it('declares its permissions', () => {
    expect(cognitoPoolDirectory({ cognito, ...pool }).permissions).toEqual([
      { actions: ['cognito-idp:AdminInitiateAuth', 'cognito-idp:AdminGetUser'], resource: 'LEGACY_POOL_ARN' },
    ])
  })

  it('throws for an unknown option, and for another value of secondFactor', () => {
    const compose = (more: object) => () => Reflect.apply(cognitoPoolDirectory, undefined, [{ cognito, ...pool, ...more }])
    expect(compose({ secret: 'x' })).toThrow("unknown option 'secret'")
    expect(compose({ secondFactor: 'ignore' })).toThrow("secondFactor is invalid; expected 'reset' or 'accept'")
  })
})

describe('cognitoClient', () => {
  it('calls the region of the old pool, with its own time limit', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    const old = cognitoClient({ region: 'ap-south-1', timeoutMs: 3000 })()
    expect(await old.config.region()).toBe('ap-south-1')
    vi.unstubAllEnvs()
    old.destroy()
  })
})
