import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { lazily } from '../lazily.ts'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from './client-settings.ts'

/** A function that returns the Cognito client, created at the first call. */
export type Cognito = () => CognitoIdentityProviderClient

/** Escapes quotes and backslashes of a value in a filter of `ListUsers`. */
export function escapeFilterValue(value: string): string {
  return value.replaceAll(/["\\]/g, '\\$&')
}

/** Returns a lazily created Cognito client, for looking up users. */
export function cognitoClient(): Cognito {
  return lazily(() => new CognitoIdentityProviderClient({ retryMode: RETRY_MODE, maxAttempts: READ_ATTEMPTS, requestHandler }))
}
