import { InitiateAuthCommand, RespondToAuthChallengeCommand } from '@aws-sdk/client-cognito-identity-provider'
import { createSrpSession, signSrpSession, wrapAuthChallenge, wrapInitiateAuth } from 'cognito-srp-helper'
import type { PoolAddress } from '../pool.ts'
import type { TestClient } from './client.ts'
import { createSdkClient, type SdkSignIn } from './sdk.ts'

const withSrp: SdkSignIn = async (sdk, { clientId: ClientId, userPoolId }, { email: USERNAME, password, metadata }) => {
  const session = createSrpSession(USERNAME, password, userPoolId, false)
  const start = wrapInitiateAuth(session, { ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME } })
  const {
    ChallengeName = '',
    ChallengeParameters = {},
    Session = '',
  } = await sdk.send(new InitiateAuthCommand({ ...start, AuthFlow: 'USER_SRP_AUTH', ClientMetadata: metadata }))
  const signed = signSrpSession(session, { ChallengeName, ChallengeParameters, Session })
  const proof = wrapAuthChallenge(signed, { ClientId, ChallengeName, ChallengeResponses: { USERNAME }, Session })
  return sdk.send(new RespondToAuthChallengeCommand({ ...proof, ChallengeName: 'PASSWORD_VERIFIER' }))
}

/** Creates a client that uses the AWS SDK with cognito-srp-helper, so that the password stays on the client. */
export function createSrpHelperClient(pool: PoolAddress): TestClient {
  return createSdkClient(pool, withSrp)
}
