import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../lazily.ts'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from './client-settings.ts'

/** A document client that is made at its first use. */
export type Documents = () => DynamoDBDocumentClient

/**
 * The process's DynamoDB document client, tuned for Cognito's five seconds: it gives up early and tries twice at most.
 * Every write of ours may be repeated.
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

/** Whether DynamoDB refused a write because its condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/** Whether a conditional write was carried out. */
export async function tryConditionalWrite(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}
