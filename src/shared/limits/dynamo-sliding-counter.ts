import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { tryConditionalWrite } from '../aws/dynamodb.ts'
import { updateItem } from '../aws/expressions.ts'
import { type Counter, LISTED_USES, type Limit, slidingMax } from './counter.ts'
import {
  addUse,
  type CountedWindow,
  countUse,
  type DynamoCounterOptions,
  findWindow,
  shorten,
  takeBackUse,
  type WindowChange,
} from './dynamo-counter.ts'

/**
 * Makes a counter with sliding windows in a DynamoDB table. Each call is one `GetItem` of the window before, and one conditional
 * `UpdateItem`. It needs a table like that of `dynamoCounter`, which may be the same one.
 *
 * @example
 * limitSignUps({ max: 20, windowSeconds: 3600, per: 'domain' }, dynamoSlidingCounter({ documents: documentClient(), table: 'limits' }))
 */
export function dynamoSlidingCounter({ documents, table, now = () => new Date() }: DynamoCounterOptions): Counter {
  const update = ({ pk, ...change }: WindowChange, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(updateItem({ table, key: { pk }, ...change }), { abortSignal: signal }))
  const seconds = (): number => now().getTime() / 1000

  return {
    permissions: [{ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],

    async count(key, limit, signal, use) {
      const at = seconds()
      const { pk } = findSlidingWindow(key, limit, at - limit.windowSeconds)
      const { Item } = await documents().send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }), {
        abortSignal: signal,
      })
      const before = readUses(Item)
      // A repeated event may arrive in the next window.
      if (use !== undefined && before.has(shorten(use))) return 'renewed'
      const max = slidingMax(limit, before.count, at)
      if (max === 0 && limit.max > LISTED_USES) return false
      return countUse({ documents, table }, addUse(findSlidingWindow(key, limit, at), { limit, max, use }), signal)
    },

    async release(key, limit, signal, use) {
      await update(takeBackUse(findSlidingWindow(key, limit, seconds()), limit, use), signal)
    },
  }
}

function findSlidingWindow(key: string, limit: Limit, seconds: number): CountedWindow {
  const { pk, expiresAt } = findWindow([key, limit.windowSeconds, 'sliding'], limit, seconds)
  // The next window still reads the item.
  return { pk, expiresAt: expiresAt + limit.windowSeconds }
}

/** Returns the number of uses in the item of a window, and a function that finds one of them. */
function readUses(item: Record<string, unknown> = {}): { readonly count: number; readonly has: (use: string) => boolean } {
  const { uses, used } = item
  if (uses instanceof Set) return { count: uses.size, has: (use) => uses.has(use) }
  return { count: typeof used === 'number' ? used : 0, has: () => false }
}
