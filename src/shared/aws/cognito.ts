import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { lazily } from '../lazily.ts'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from './client-settings.ts'

/** A Cognito client that is made at its first use. */
export type Cognito = () => CognitoIdentityProviderClient

/** The process's Cognito client, for looking users up. */
export function cognitoClient(): Cognito {
  return lazily(() => new CognitoIdentityProviderClient({ retryMode: RETRY_MODE, maxAttempts: READ_ATTEMPTS, requestHandler }))
}
