import { createHmac } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { type Answer, type Fields, PASSWORD, startTestPool, stopTestPools, type TestPool } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const describePool = async (pool: TestPool): Promise<Fields> =>
  Object((await pool.api('DescribeUserPool', { UserPoolId: pool.userPoolId })).body.UserPool)

describe('UpdateUserPool', () => {
  it('resets each setting that is missing, and keeps those that only CreateUserPool can set', async () => {
    const pool = await startTestPool({
      settings: { AliasAttributes: ['email'], MfaConfiguration: 'OPTIONAL', UsernameConfiguration: { CaseSensitive: false } },
    })

    await pool.api('UpdateUserPool', { UserPoolId: pool.userPoolId, AutoVerifiedAttributes: ['phone_number'] })

    expect(await describePool(pool)).toMatchObject({
      Name: 'test',
      AliasAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      MfaConfiguration: 'OFF',
      LambdaConfig: {},
      AutoVerifiedAttributes: ['phone_number'],
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    })
  })

  it('stops the calls of triggers that it resets', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await pool.api('UpdateUserPool', { UserPoolId: pool.userPoolId })
    await pool.signIn()

    expect(await pool.takeSequence()).toEqual([])
  })

  it('refuses an invalid setting, and changes nothing', async () => {
    const pool = await startTestPool()
    const before = await describePool(pool)

    const { body } = await pool.api('UpdateUserPool', { UserPoolId: pool.userPoolId, MfaConfiguration: 'SOMETIMES' })

    expect(body.__type).toBe('InvalidParameterException')
    expect(await describePool(pool)).toEqual(before)
  })
})

describe('a pool', () => {
  it('gets the defaults of the API: case matters, and the password policy asks for everything', async () => {
    const pool = await startTestPool()
    const { body } = await pool.api('CreateUserPool', { PoolName: 'new' })

    expect(body.UserPool).toMatchObject({
      UsernameConfiguration: { CaseSensitive: true },
      Policies: { PasswordPolicy: { MinimumLength: 8, RequireUppercase: true, RequireSymbols: true } },
    })
    expect(Object(body.UserPool).Id).toMatch(/^us-east-1_[A-Za-z0-9]{9}$/)
  })

  it('is gone with its app clients after DeleteUserPool', async () => {
    const pool = await startTestPool()
    await pool.api('DeleteUserPool', { UserPoolId: pool.userPoolId })

    const answers = [
      await pool.api('DescribeUserPool', { UserPoolId: pool.userPoolId }),
      await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' }),
    ]

    expect(answers.map(({ body }) => body.__type)).toEqual(Array(2).fill('ResourceNotFoundException'))
  })

  it('keeps its users apart from those of another pool', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { body } = await pool.api('CreateUserPool', { PoolName: 'other' })

    expect((await pool.api('AdminGetUser', { UserPoolId: Object(body.UserPool).Id, Username: 'ada' })).body.__type).toBe(
      'UserNotFoundException',
    )
  })

  it('gets custom attributes', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await pool.api('AddCustomAttributes', { UserPoolId: pool.userPoolId, CustomAttributes: [{ Name: 'plan' }] })

    const { status } = await pool.api('AdminUpdateUserAttributes', {
      UserPoolId: pool.userPoolId,
      Username: 'ada',
      UserAttributes: [{ Name: 'custom:plan', Value: 'gold' }],
    })

    expect(status).toBe(200)
  })
})

describe('an app client', () => {
  const create = async (pool: TestPool, more: Fields = {}): Promise<Fields> =>
    Object((await pool.api('CreateUserPoolClient', { UserPoolId: pool.userPoolId, ClientName: 'app', ...more })).body.UserPoolClient)

  it('gets the defaults of the API, and loses what an update omits', async () => {
    const pool = await startTestPool()
    const { ClientId } = await create(pool, { PreventUserExistenceErrors: 'ENABLED' })

    const { body } = await pool.api('UpdateUserPoolClient', { UserPoolId: pool.userPoolId, ClientId })

    expect(body.UserPoolClient).toMatchObject({
      ClientName: 'app',
      PreventUserExistenceErrors: 'LEGACY',
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'],
    })
  })

  it('with a secret needs the hash of the secret in every request', async () => {
    const pool = await startTestPool()
    const { ClientId, ClientSecret } = await create(pool, { GenerateSecret: true })
    const hash = createHmac('sha256', String(ClientSecret))
      .update(`ada${String(ClientId)}`)
      .digest('base64')
    const signUp = (SecretHash?: string): Promise<Answer> =>
      pool.api('SignUp', { ClientId, Username: 'ada', Password: PASSWORD, ...(SecretHash !== undefined && { SecretHash }) })

    const answers = [await signUp(), await signUp('wrong'), await signUp(hash)]

    expect(answers.map(({ body }) => body.message)).toEqual([
      `Client ${String(ClientId)} is configured with secret but SECRET_HASH was not received`,
      `Unable to verify secret hash for client ${String(ClientId)}`,
      undefined,
    ])
  })

  it('of another pool is refused', async () => {
    const pool = await startTestPool()
    const { body } = await pool.api('CreateUserPool', { PoolName: 'other' })

    const { Id } = Object(body.UserPool)

    expect((await pool.api('DescribeUserPoolClient', { UserPoolId: Id, ClientId: pool.clientId })).body.__type).toBe(
      'ResourceNotFoundException',
    )
  })
})

describe('groups', () => {
  const group = (pool: TestPool, operation: string, more: Fields = {}): Promise<Answer> =>
    pool.api(operation, { UserPoolId: pool.userPoolId, GroupName: 'editors', Username: 'ada', ...more })

  it('refuse a taken name, and an unknown group', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await group(pool, 'CreateGroup')

    expect((await group(pool, 'CreateGroup')).body.__type).toBe('GroupExistsException')
    expect((await group(pool, 'AdminAddUserToGroup', { GroupName: 'none' })).body).toMatchObject({
      __type: 'ResourceNotFoundException',
      message: 'Group not found.',
    })
  })

  it('leave their members when they are deleted', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await group(pool, 'CreateGroup')
    await group(pool, 'AdminAddUserToGroup')
    await group(pool, 'DeleteGroup')
    await group(pool, 'CreateGroup')

    expect((await group(pool, 'ListUsersInGroup')).body.Users).toEqual([])
  })
})

describe('a caller without permission', () => {
  it('cannot call an operation of administrators without a signature', async () => {
    const pool = await startTestPool()

    const response = await fetch(pool.pools.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.DescribeUserPool' },
      body: JSON.stringify({ UserPoolId: pool.userPoolId }),
    })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' })
  })
})
