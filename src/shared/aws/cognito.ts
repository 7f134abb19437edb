import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { lazily } from '../lazily.ts'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from './client-settings.ts'

/** A function that returns the Cognito client, created at the first call. */
export type Cognito = () => CognitoIdentityProviderClient

/** Escapes quotes and backslashes of a value in a filter of `ListUsers`. */
export function escapeFilterValue(value: string): string {
  return value.replaceAll(/["\\]/g, '\\$&')
}

/** Options of {@link cognitoClient}. */
export interface CognitoClientOptions {
  /** The region of the user pool. By default, the region of the function. */
  readonly region?: string
  /**
   * The time limit of one attempt in milliseconds. The default of 800 is for looking up users. Sign-ins of users take longer, because
   * Cognito waits for the triggers of the pool.
   */
  readonly timeoutMs?: number
}

/**
 * Returns a lazily created Cognito client, for looking up users or checking passwords. It makes at most two attempts.
 *
 * @example
 * cognitoPoolDirectory({ cognito: cognitoClient({ region: 'eu-west-1', timeoutMs: 3000 }), userPoolId, clientId })
 */
export function cognitoClient({ region, timeoutMs = requestHandler.requestTimeout }: CognitoClientOptions = {}): Cognito {
  return lazily(
    () =>
      new CognitoIdentityProviderClient({
        retryMode: RETRY_MODE,
        maxAttempts: READ_ATTEMPTS,
        requestHandler: { ...requestHandler, requestTimeout: timeoutMs, socketTimeout: timeoutMs },
        ...(region !== undefined && { region }),
      }),
  )
}
