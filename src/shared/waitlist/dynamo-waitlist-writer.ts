import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { ifNotExists, updateItem } from '../aws/expressions.ts'
import type { DynamoWaitlistOptions } from './dynamo-waitlist.ts'
import type { WaitlistEntry, WaitlistWriter } from './waitlist.ts'
import { toWaitlistId } from './waitlist-key.ts'

/**
 * Makes a writer of the waiting list that `dynamoWaitlist` reads, for your own programs. `list` reads the whole table.
 *
 * @example
 * await dynamoWaitlistWriter({ documents, table: 'waitlist' }).admit({ userPoolId, email: 'ann@example.com' })
 */
export function dynamoWaitlistWriter({ documents, table, now = () => new Date() }: DynamoWaitlistOptions): WaitlistWriter {
  return {
    async admit(key) {
      const { userPoolId, email } = key
      const set = { userPoolId: ifNotExists(userPoolId), email: ifNotExists(email), admittedAt: ifNotExists(now().toISOString()) }
      await documents().send(updateItem({ table, key: { pk: toWaitlistId(key) }, set }))
    },

    async *list() {
      let from: Record<string, unknown> | undefined
      do {
        const page = await documents().send(new ScanCommand({ TableName: table, ExclusiveStartKey: from }))
        for (const item of page.Items ?? []) yield* readEntry(item)
        from = page.LastEvaluatedKey
      } while (from !== undefined)
    },

    async remove(key) {
      await documents().send(new DeleteCommand({ TableName: table, Key: { pk: toWaitlistId(key) } }))
    },
  }
}

/** Reads an item. Skips an item that is not an entry. */
function readEntry({ userPoolId, email, joinedAt, admittedAt }: Record<string, unknown>): readonly WaitlistEntry[] {
  if (typeof userPoolId !== 'string' || typeof email !== 'string') return []
  return [{ userPoolId, email, ...toTime('joinedAt', joinedAt), ...toTime('admittedAt', admittedAt) }]
}

function toTime(name: 'joinedAt' | 'admittedAt', value: unknown): Partial<WaitlistEntry> {
  return typeof value === 'string' ? { [name]: new Date(value) } : {}
}
