import type { Documents } from '../aws/dynamodb.ts'
import { ifNotExists, updateItem } from '../aws/expressions.ts'
import type { Waitlist } from './waitlist.ts'
import { toWaitlistId } from './waitlist-key.ts'

/** Options of {@link dynamoWaitlist} and `dynamoWaitlistWriter`. */
export interface DynamoWaitlistOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`. */
  readonly table: string
  readonly now?: () => Date
}

/**
 * Makes a waiting list in a DynamoDB table. Each call is one `UpdateItem`. The table stores the addresses as they are.
 *
 * @example
 * waitlist(dynamoWaitlist({ documents: documentClient(), table: 'waitlist' }))
 */
export function dynamoWaitlist({ documents, table, now = () => new Date() }: DynamoWaitlistOptions): Waitlist {
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'WAITLIST_TABLE' }],
    async record(key, signal) {
      const { userPoolId, email } = key
      const set = { userPoolId: ifNotExists(userPoolId), email: ifNotExists(email), joinedAt: ifNotExists(now().toISOString()) }
      const command = updateItem({ table, key: { pk: toWaitlistId(key) }, set, returned: 'ALL_NEW' })
      const { Attributes } = await documents().send(command, { abortSignal: signal })
      return typeof Attributes?.admittedAt === 'string' ? 'admitted' : 'waiting'
    },
  }
}
