import { type Documents, tryConditionalWrite } from '../aws/dynamodb.ts'
import { doesNotExist, equals, isAtMost, or, updateItem } from '../aws/expressions.ts'
import type { SendClaims } from './send-claims.ts'

/** Options of {@link dynamoSendClaims}. */
export interface DynamoSendClaimsOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. It may be the table of `dynamoCounter`. */
  readonly table: string
  readonly now?: () => Date
}

// Lambda repeats a failed asynchronous event after a minute, so the claim of a crashed invocation has expired by then.
const CLAIMED_SECONDS = 45
// Lambda repeats an asynchronous event for six hours at most.
const KEPT_SECONDS = 24 * 3600

/**
 * Makes claims in a DynamoDB table. Each message costs two `UpdateItem` requests.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 * @example
 * sendEmail(mailer, catalogue, { code, claims: dynamoSendClaims({ documents: documentClient(), table: 'limits' }) })
 */
export function dynamoSendClaims({ documents, table, now = () => new Date() }: DynamoSendClaimsOptions): SendClaims {
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const expire = async (pk: string, expiresAt: number, signal: AbortSignal): Promise<void> => {
    await documents().send(updateItem({ table, key: { pk }, set: { expiresAt } }), { abortSignal: signal })
  }
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],

    claim(pk, token, signal) {
      const free = or(doesNotExist('pk'), isAtMost('expiresAt', seconds()), equals('token', token))
      const command = updateItem({ table, key: { pk }, set: { token, expiresAt: seconds() + CLAIMED_SECONDS }, if: free })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },

    keep: (pk, signal) => expire(pk, seconds() + KEPT_SECONDS, signal),
    release: (pk, signal) => expire(pk, seconds(), signal),
  }
}
