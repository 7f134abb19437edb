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
 * What is known of a pool after an update was sent.
 *
 * - `refused`: Cognito said no, and nothing is changed.
 * - `attached`: it is as it was to be; `lost` says what became of the answer, if none came.
 * - `differs`: it was read, and these settings are not what they were to be.
 * - `asBefore`: no answer came, and the pool is as it was. The update may arrive yet.
 * - `unread`: it could not be read, so only the answer is known, or not even that.
 */
export type UpdateResult =
  | { readonly state: 'refused'; readonly trouble: string }
  | { readonly state: 'attached'; readonly lost: string | undefined }
  | { readonly state: 'differs'; readonly lost: string | undefined; readonly settings: readonly string[] }
  | { readonly state: 'asBefore'; readonly lost: string }
  | { readonly state: 'unread'; readonly lost: string | undefined; readonly trouble: string }

/**
 * Sends an update, and reads the pool again whatever came back: what Cognito made of it is what counts.
 *
 * @param before The pool that was read to make the update.
 * @throws The signal's reason when it was aborted before anything was sent.
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

// Only an answer from Cognito itself that blames the request means that nothing was done. After a timeout, a cut connection or a
// fault of the service the update may have been carried out, or may still be.
function isRefusal(error: unknown): boolean {
  const status = error instanceof CognitoIdentityProviderServiceException ? error.$metadata.httpStatusCode : undefined
  return status !== undefined && status >= 400 && status < 500
}
