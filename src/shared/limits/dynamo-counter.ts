import { createHash, randomBytes } from 'node:crypto'
import { type Documents, tryConditionalWrite } from '../aws/dynamodb.ts'
import { type Change, contains, doesNotExist, hasFewerThan, isAtMost, isMoreThan, or, updateItem } from '../aws/expressions.ts'
import { type Counter, LISTED_USES, type Limit } from './counter.ts'

/** Options of {@link dynamoCounter}. */
export interface DynamoCounterOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. */
  readonly table: string
  readonly now?: () => Date
}

// DynamoDB may delete an item at `expiresAt`. The clocks of functions may differ by less than this.
const KEPT_SECONDS = 3600

/**
 * Makes a counter in a DynamoDB table. Each call is one conditional `UpdateItem`. The table stores no user data: the key is hashed.
 *
 * Up to 50 uses per window, a retry after a lost response counts once. Above, such a retry may count a use twice.
 *
 * @example
 * customChallenge({ steps, counter: dynamoCounter({ documents: documentClient(), table: 'limits' }) })
 */
export function dynamoCounter({ documents, table, now = () => new Date() }: DynamoCounterOptions): Counter {
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],

    async count(key, limit, signal, use = randomBytes(9).toString('base64url')) {
      const { pk, expiresAt } = findWindow(key, limit, now())
      const change = limit.max <= LISTED_USES ? listUse(limit.max, use) : addUse(limit.max)
      const command = updateItem({ table, key: { pk }, ...change, set: { expiresAt } })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },

    async release(key, limit, signal, use) {
      const { pk } = findWindow(key, limit, now())
      const command =
        limit.max <= LISTED_USES
          ? updateItem({ table, key: { pk }, set: {}, delete: { uses: new Set([use]) }, if: contains('uses', use) })
          : updateItem({ table, key: { pk }, set: {}, add: { used: -1 }, if: isMoreThan('used', 0) })
      await tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}

/** Returns the item of the current window, with its expiry in seconds since 1970. */
function findWindow(key: string, { windowSeconds }: Limit, now: Date): { readonly pk: string; readonly expiresAt: number } {
  const window = Math.floor(now.getTime() / 1000 / windowSeconds)
  const pk = createHash('sha256')
    .update(JSON.stringify([key, windowSeconds, window]))
    .digest('base64url')
  return { pk, expiresAt: (window + 1) * windowSeconds + KEPT_SECONDS }
}

/** Adds a use to the set of uses. A retry of the same request adds the same use, so it changes nothing. */
function listUse(max: number, use: string): Omit<Change, 'set'> {
  return { add: { uses: new Set([use]) }, if: or(doesNotExist('uses'), hasFewerThan('uses', max), contains('uses', use)) }
}

/** Adds 1 to a number. A set of all uses would be too large. */
function addUse(max: number): Omit<Change, 'set'> {
  return { add: { used: 1 }, if: or(doesNotExist('used'), isAtMost('used', max - 1)) }
}
