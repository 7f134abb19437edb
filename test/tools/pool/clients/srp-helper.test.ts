import {
  ConfirmSignUpCommand,
  CreateUserPoolClientCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createSecretHash, createSrpSession, signSrpSession, wrapAuthChallenge, wrapInitiateAuth } from 'cognito-srp-helper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createSrpHelperClient } from '../../../support/clients/srp-helper.ts'
import { createSdk, PASSWORD } from '../../../support/clients/users.ts'
import { startTestPool, type TestPool } from '../../../support/pool.ts'

describe('the AWS SDK with cognito-srp-helper', () => {
  describeClient(async (pool) => ({ client: withErrors(createSrpHelperClient(pool)) }), {
    errorType: (name) => name,
    refreshSource: 'TokenGeneration_Authentication',
  })
})

describe('an app client with a secret', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool()
  })
  afterAll(() => pool.stop())

  it('signs in by SRP with the hash of the secret, and refuses another hash', async () => {
    const sdk = createSdk(pool)
    const { UserPoolClient } = await sdk.send(
      new CreateUserPoolClientCommand({ UserPoolId: pool.userPoolId, ClientName: 'server', GenerateSecret: true }),
    )
    const { ClientId = '', ClientSecret = '' } = UserPoolClient ?? {}
    const USERNAME = 'secret@example.com'
    const SECRET_HASH = createSecretHash(USERNAME, ClientId, ClientSecret)
    const names = { ClientId, Username: USERNAME, SecretHash: SECRET_HASH }
    await sdk.send(new SignUpCommand({ ...names, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: USERNAME }] }))
    await sdk.send(new ConfirmSignUpCommand({ ...names, ConfirmationCode: await pool.inboxCode(USERNAME) }))
    const session = createSrpSession(USERNAME, PASSWORD, pool.userPoolId, false)

    const start = (hash: string): InitiateAuthCommand => {
      const AuthParameters = { USERNAME, SECRET_HASH: hash }
      const request = wrapInitiateAuth(session, { ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters })
      return new InitiateAuthCommand({ ...request, AuthFlow: 'USER_SRP_AUTH' })
    }
    await expect(sdk.send(start(createSecretHash(USERNAME, ClientId, 'another')))).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: `Unable to verify secret hash for client ${ClientId}`,
    })
    const { ChallengeName = '', ChallengeParameters = {}, Session = '' } = await sdk.send(start(SECRET_HASH))
    // The challenge names the user, and the hash is of that name.
    const userId = ChallengeParameters.USER_ID_FOR_SRP ?? ''
    const ChallengeResponses = { USERNAME: userId, SECRET_HASH: createSecretHash(userId, ClientId, ClientSecret) }
    const signed = signSrpSession(session, { ChallengeName, ChallengeParameters, Session })
    const proof = wrapAuthChallenge(signed, { ClientId, ChallengeName, ChallengeResponses, Session })
    const { AuthenticationResult } = await sdk.send(new RespondToAuthChallengeCommand({ ...proof, ChallengeName: 'PASSWORD_VERIFIER' }))

    expect(AuthenticationResult).toMatchObject({ TokenType: 'Bearer' })
  })
})
