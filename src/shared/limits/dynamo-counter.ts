import { createHash, randomBytes } from 'node:crypto'
import { type Documents, tryConditionalWrite, tryReserve } from '../aws/dynamodb.ts'
import { type Change, contains, doesNotExist, hasFewerThan, isAtMost, isMoreThan, or, updateItem } from '../aws/expressions.ts'
import { type Counter, LISTED_USES, type Limit } from './counter.ts'

/** Options of {@link dynamoCounter} and `dynamoSlidingCounter`. */
export interface DynamoCounterOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. */
  readonly table: string
  readonly now?: () => Date
}

// DynamoDB may delete an item at `expiresAt`. The clocks of functions may differ by less than this.
const KEPT_SECONDS = 3600

/**
 * Makes a counter in a DynamoDB table. Each call is one conditional `UpdateItem`. The table stores no user data: the key and the use are
 * hashed.
 *
 * Up to 500 uses per window, a retry after a lost response counts once. Above, such a retry may count a use twice.
 *
 * @example
 * customChallenge({ steps, counter: dynamoCounter({ documents: documentClient(), table: 'limits' }) })
 */
export function dynamoCounter({ documents, table, now = () => new Date() }: DynamoCounterOptions): Counter {
  const update = ({ pk, ...change }: WindowChange, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(updateItem({ table, key: { pk }, ...change }), { abortSignal: signal }))
  const find = (key: string, limit: Limit): CountedWindow => findWindow([key, limit.windowSeconds], limit, now().getTime() / 1000)
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],
    count: (key, limit, signal, use) => countUse({ documents, table }, addUse(find(key, limit), { limit, max: limit.max, use }), signal),
    async release(key, limit, signal, use) {
      await update(takeBackUse(find(key, limit), limit, use), signal)
    },
  }
}

/** The item of a window, with the time at which DynamoDB may delete it, in seconds since 1970. */
export interface CountedWindow {
  readonly pk: string
  readonly expiresAt: number
}

/** A change of the item of a window. */
export type WindowChange = Change & { readonly pk: string }

/** Returns the item of the window at a time in seconds since 1970. */
export function findWindow(name: readonly unknown[], { windowSeconds }: Limit, seconds: number): CountedWindow {
  const window = Math.floor(seconds / windowSeconds)
  const pk = createHash('sha256')
    .update(JSON.stringify([...name, window]))
    .digest('base64url')
  return { pk, expiresAt: (window + 1) * windowSeconds + KEPT_SECONDS }
}

/** Writes an added use. Returns `renewed` if the set had it before. */
export async function countUse(
  { documents, table }: Pick<DynamoCounterOptions, 'documents' | 'table'>,
  { pk, ...change }: WindowChange,
  abortSignal: AbortSignal,
): Promise<boolean | 'renewed'> {
  const command = updateItem({ table, key: { pk }, ...change, returned: 'UPDATED_OLD' })
  const [added] = change.add?.uses instanceof Set ? change.add.uses : []
  return tryReserve(documents().send(command, { abortSignal }), ({ uses }) => added !== undefined && uses instanceof Set && uses.has(added))
}

interface AddedUse {
  readonly limit: Limit
  /** The uses that the window permits now. */
  readonly max: number
  readonly use: string | undefined
}

/** Adds a use to the set of uses. For a large limit, adds 1 to a number instead, because a set of all uses would be too large. */
export function addUse(
  { pk, expiresAt }: CountedWindow,
  { limit, max, use = randomBytes(9).toString('base64url') }: AddedUse,
): WindowChange {
  const change = { pk, set: { expiresAt } }
  if (limit.max > LISTED_USES) return { ...change, add: { used: 1 }, if: or(doesNotExist('used'), isAtMost('used', max - 1)) }
  const short = shorten(use)
  // A retry of the same request adds the same use, so it changes nothing.
  const isListed = contains('uses', short)
  return {
    ...change,
    add: { uses: new Set([short]) },
    if: max > 0 ? or(doesNotExist('uses'), hasFewerThan('uses', max), isListed) : isListed,
  }
}

/** Removes a use from the set of uses. For a large limit, subtracts 1 instead. */
export function takeBackUse({ pk }: CountedWindow, { max }: Limit, use: string): WindowChange {
  if (max > LISTED_USES) return { pk, set: {}, add: { used: -1 }, if: isMoreThan('used', 0) }
  const short = shorten(use)
  return { pk, set: {}, delete: { uses: new Set([short]) }, if: contains('uses', short) }
}

/** Returns the name under which a set lists a use. 12 characters keep an item of 500 uses below 7 KB. */
export function shorten(use: string): string {
  return createHash('sha256').update(use).digest('base64url').slice(0, 12)
}
