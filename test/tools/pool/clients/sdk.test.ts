import {
  CognitoIdentityProviderClient,
  CognitoIdentityProviderServiceException,
  DescribeUserPoolCommand,
  GetUserCommand,
  InitiateAuthCommand,
  LimitExceededException,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  UserLambdaValidationException,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createSdkClient } from '../../../support/clients/sdk.ts'
import { createAdminClient, createSdk, createUser, PASSWORD } from '../../../support/clients/users.ts'
import { startTestPool, type TestPool } from '../../../support/pool.ts'

describe('the AWS SDK', () => {
  describeClient(async (pool) => ({ client: withErrors(createSdkClient(pool)) }), {
    errorType: (name) => name,
    refreshSource: 'TokenGeneration_Authentication',
  })
})

describe('the errors and the administrators of the AWS SDK', () => {
  let pool: TestPool
  let sdk: CognitoIdentityProviderClient
  beforeAll(async () => {
    pool = await startTestPool({
      triggers: {
        PreAuthentication: (event) => {
          if (event.request.validationData?.device === 'stolen') throw new Error('This device is blocked')
          return event
        },
        PreTokenGeneration: (event) => event,
      },
    })
    sdk = createSdk(pool)
  })
  afterAll(() => pool.stop())

  const signIn = (email: string, password: string, metadata: Record<string, string> = {}): InitiateAuthCommand =>
    new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
      ClientMetadata: metadata,
    })

  it('throws the class of the error, with its status and the id of its request', async () => {
    const email = await createUser(pool, 'class@example.com')

    const error: unknown = await sdk.send(signIn(email, 'Wrong-horse-1')).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(NotAuthorizedException)
    expect(error).toBeInstanceOf(CognitoIdentityProviderServiceException)
    expect(error).toMatchObject({
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1, requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
    })
  })

  it('throws UserLambdaValidationException if a function refuses, and does not try again', async () => {
    const email = await createUser(pool, 'refused@example.com')
    pool.takeCalls()

    const error: unknown = await sdk.send(signIn(email, PASSWORD, { device: 'stolen' })).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(UserLambdaValidationException)
    expect(error).toMatchObject({ message: 'PreAuthentication failed with error This device is blocked.' })
    expect(pool.takeCalls()).toHaveLength(1)
  })

  it('throws LimitExceededException after five wrong codes', async () => {
    const email = 'guesser@example.com'
    const client = createSdkClient(pool)
    await client.signUp(email, PASSWORD, {}, {})
    const wrong = (await pool.inboxCode(email)) === '000000' ? '111111' : '000000'

    for (let tries = 0; tries < 5; tries += 1)
      await expect(client.confirm(email, wrong)).rejects.toMatchObject({ name: 'CodeMismatchException' })

    await expect(client.confirm(email, wrong)).rejects.toBeInstanceOf(LimitExceededException)
  })

  it('gets an error for an access token of another pool', async () => {
    const other = await startTestPool()
    try {
      const email = await createUser(other, 'stranger@example.com')
      const client = createSdkClient(other)
      await client.signIn(email, PASSWORD, {})
      const { access } = await client.tokens()

      await expect(sdk.send(new GetUserCommand({ AccessToken: access }))).rejects.toMatchObject({
        name: 'NotAuthorizedException',
        message: 'Invalid Access Token',
      })
    } finally {
      await other.stop()
    }
  })

  it('creates a user, who gets a temporary password and must replace it', async () => {
    const email = 'invited@example.com'
    const admin = createAdminClient(pool)
    await admin.createUser(email)
    const temporary = await pool.inboxCode(email)
    pool.takeCalls()

    const { ChallengeName, Session, ChallengeParameters } = await admin.signIn(email, temporary)
    expect([ChallengeName, ChallengeParameters?.requiredAttributes]).toEqual(['NEW_PASSWORD_REQUIRED', '[]'])
    const ChallengeResponses = { USERNAME: email, NEW_PASSWORD: PASSWORD }
    const answer = new RespondToAuthChallengeCommand({ ClientId: pool.clientId, ChallengeName, Session, ChallengeResponses })
    const { AuthenticationResult } = await sdk.send(answer)

    expect(AuthenticationResult).toMatchObject({ TokenType: 'Bearer', ExpiresIn: 3600 })
    expect(pool.takeCalls().map(({ source }) => source)).toEqual([
      'PreAuthentication_Authentication',
      'TokenGeneration_NewPasswordChallenge',
    ])
  })

  it('describes the pool with dates and its functions', async () => {
    const { UserPool } = await sdk.send(new DescribeUserPoolCommand({ UserPoolId: pool.userPoolId }))

    expect(UserPool?.CreationDate).toBeInstanceOf(Date)
    expect(UserPool).toMatchObject({
      Id: pool.userPoolId,
      LambdaConfig: { PreAuthentication: 'arn:aws:lambda:us-east-1:000000000000:function:PreAuthentication' },
    })
  })

  it('needs credentials for an operation of administrators', async () => {
    const anonymous = new CognitoIdentityProviderClient({
      endpoint: pool.endpoint,
      region: pool.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      signer: { sign: async (request) => request },
    })

    await expect(anonymous.send(new DescribeUserPoolCommand({ UserPoolId: pool.userPoolId }))).rejects.toMatchObject({
      name: 'MissingAuthenticationTokenException',
    })
  })
})
