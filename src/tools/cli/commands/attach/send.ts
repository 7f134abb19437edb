import {
  CognitoIdentityProviderServiceException,
  type LambdaConfigType,
  type UpdateUserPoolRequest,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'
import { describeAwsError } from '../../print-error.ts'
import type { PoolService } from './pool.ts'
import { findChangedSettings } from './update.ts'

/**
 * The result of an update. `lost` is the error if no response came.
 *
 * - `refused`: Cognito rejected the update. The pool is unchanged.
 * - `attached`: the pool was read again, and is as expected.
 * - `differs`: the pool was read again, and these settings are not as expected.
 * - `asBefore`: no response came, and the pool is unchanged. The update may still arrive.
 * - `unread`: the pool could not be read again.
 */
export type UpdateResult =
  | { readonly state: 'refused'; readonly trouble: string }
  | { readonly state: 'attached'; readonly lost: string | undefined }
  | { readonly state: 'differs'; readonly lost: string | undefined; readonly settings: readonly string[] }
  | { readonly state: 'asBefore'; readonly lost: string }
  | { readonly state: 'unread'; readonly lost: string | undefined; readonly trouble: string }

/**
 * Sends an update. Then reads the pool again and compares the pool with the update, even if Cognito sent no response.
 *
 * @param before The pool from which the update was made.
 * @throws The abort reason of the signal, if the signal is aborted before the update is sent.
 */
export async function sendUpdate(
  service: PoolService,
  before: UserPoolType,
  update: UpdateUserPoolRequest & { readonly LambdaConfig: LambdaConfigType },
  signal: AbortSignal,
): Promise<UpdateResult> {
  signal.throwIfAborted()
  const userPoolId = String(update.UserPoolId)
  let lost: string | undefined
  try {
    await service.update(update, signal)
  } catch (error) {
    if (isRefusal(error)) return { state: 'refused', trouble: describeAwsError(error) }
    lost = describeAwsError(error)
  }
  try {
    const { pool } = await service.describe(userPoolId, signal)
    const settings = findChangedSettings(before, pool, update.LambdaConfig)
    if (settings.length === 0) return { state: 'attached', lost }
    if (lost !== undefined && findChangedSettings(before, pool, before.LambdaConfig ?? {}).length === 0) return { state: 'asBefore', lost }
    return { state: 'differs', lost, settings }
  } catch (error) {
    return { state: 'unread', lost, trouble: describeAwsError(error) }
  }
}

// Only a 4xx response of Cognito means that the pool is unchanged. After a timeout, a lost connection or a 5xx response, Cognito may
// have made the update, or may still make it.
function isRefusal(error: unknown): boolean {
  const status = error instanceof CognitoIdentityProviderServiceException ? error.$metadata.httpStatusCode : undefined
  return status !== undefined && status >= 400 && status < 500
}
