import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../lazily.ts'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from './client-settings.ts'

/** A function that returns the document client, created at the first call. */
export type Documents = () => DynamoDBDocumentClient

/**
 * Returns a lazily created DynamoDB document client. It has short timeouts and makes at most two attempts, because Cognito waits
 * only 5 s. Retries are safe, because every write of this package is safe to repeat.
 *
 * @example
 * const profiles = dynamoProfiles({ documents: documentClient(), table: 'profiles' })
 */
export function documentClient(): Documents {
  return lazily(() =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ retryMode: RETRY_MODE, maxAttempts: READ_ATTEMPTS, requestHandler }), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  )
}

/** Returns true if DynamoDB rejected a write because its condition was false. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/** Waits for a conditional write. Returns false if the condition of the write was false. */
export async function tryConditionalWrite(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}

/**
 * Waits for a reservation, which is a conditional write with `ReturnValues: 'UPDATED_OLD'`. Returns false if its condition was false, and
 * `renewed` if the old attributes show that an earlier attempt had made it.
 */
export async function tryReserve(
  write: Promise<{ readonly Attributes?: Readonly<Record<string, unknown>> | undefined }>,
  isRenewed: (old: Readonly<Record<string, unknown>>) => boolean,
): Promise<boolean | 'renewed'> {
  try {
    const { Attributes = {} } = await write
    return isRenewed(Attributes) ? 'renewed' : true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}
