import { GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import { type Documents, tryConditionalWrite } from '../aws/dynamodb.ts'
import { and, type Change, type Condition, deleteItem, equals, findKeys, isAtMost, isMoreThan, updateItem } from '../aws/expressions.ts'
import type { LostEffect } from '../rules/errors.ts'
import type { EffectKey } from '../rules/once.ts'
import type { RulePermission } from '../rules/rule.ts'
import * as transitions from './dynamo-transitions.ts'
import {
  type DeadLetterState,
  type EffectItem,
  type EffectRow,
  type EffectState,
  effectPk,
  isReadable,
  QUEUE_INDEX,
  readEffectRow,
  toUnreadable,
  type UnreadableItem,
} from './effect-item.ts'

/** Reads and updates the pending effects and dead letters, for the sweeper and for operators. Also handles unreadable rows. */
export interface Effects {
  /**
   * Returns pages of due effects. An effect is due once its lease has expired or the time of its next attempt has come. The first
   * pages have the rows whose due time is more than seven days ahead, as unreadable rows. The due effects follow, oldest first.
   */
  readonly due: (now: Date, signal: AbortSignal) => AsyncGenerator<readonly EffectRow[], void>
  /** Reads one effect in any state, by its partition key. */
  readonly get: (pk: string, signal: AbortSignal) => Promise<EffectRow | undefined>
  /** Lists all effects in a state. Reads the table page by page. */
  readonly list: (state: Exclude<EffectState, 'done'>) => AsyncGenerator<EffectRow>
  /** Counts the effects in a state. Yields a partial count for each page of the query. */
  readonly count: (state: Exclude<EffectState, 'done'>, signal: AbortSignal) => AsyncGenerator<number>
  /**
   * Makes an effect a dead letter. The state is `unknown` if the effect was cut off and must not run twice, or if its row is
   * unreadable. The state is `failed` if the effect used up its attempts. Returns false if the row has changed since it was read.
   */
  readonly giveUp: (row: EffectRow, state: DeadLetterState, reason: string, signal: AbortSignal) => Promise<boolean>
  /**
   * Counts an attempt although the effect did not run, and delays the next attempt. Returns false if the row has changed since it was
   * read.
   */
  readonly postpone: (item: EffectItem, reason: string, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Makes a dead letter pending and due now, with its attempts reset. Returns false if the effect is in none of the given states. */
  readonly retry: (key: EffectKey, states: readonly DeadLetterState[], signal: AbortSignal) => Promise<boolean>
  /** Releases a claim whose holder certainly did not run the effect. Returns false if the row has another token. */
  readonly release: (lost: LostEffect, signal: AbortSignal) => Promise<boolean>
  /**
   * Deletes an effect, so that a repeated event runs it again. Returns false, and deletes nothing, if the effect is running or has
   * changed since it was read: otherwise an email could be sent twice.
   */
  readonly remove: (item: EffectItem, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Deletes an unreadable row. Returns false if its state is done, or if its due time has changed since it was read. */
  readonly erase: (row: UnreadableItem, signal: AbortSignal) => Promise<boolean>
  /** The IAM permissions that the sweeper needs for these calls. */
  readonly permissions?: readonly RulePermission[]
}

/** Options of {@link dynamoEffects}. */
export interface DynamoEffectsOptions {
  readonly documents: Documents
  readonly table: string
  readonly random?: () => number
}

// The number of rows that one query reads. With small pages, the first effects run before the rest is read.
const PAGE = 100
// A due time more than seven days ahead is invalid. The longest back-off is six hours, so a clock that is a day fast causes no error.
const NEVER_AFTER_MS = 7 * 24 * 60 * 60_000

/**
 * Reads and updates the effects that {@link dynamoLedger} stores.
 *
 * @example
 * for await (const effect of dynamoEffects({ documents, table }).list('failed')) console.log(effect.effect, effect.reason)
 */
export function dynamoEffects({ documents, table, random = Math.random }: DynamoEffectsOptions): Effects {
  const update = async (pk: string, change: Change, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(updateItem({ table, key: { pk }, ...change }), { abortSignal: signal }))
  const remove = async (pk: string, condition: Condition, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(deleteItem({ table, key: { pk }, if: condition }), { abortSignal: signal }))
  const queue = (keys: Condition): QueryCommandInput => ({ TableName: table, IndexName: QUEUE_INDEX, ...findKeys(keys) })
  const rows = effectRows(documents, table)

  return {
    permissions: [
      { actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resource: 'EFFECT_TABLE' },
      { actions: ['dynamodb:Query'], resource: 'EFFECT_TABLE', index: QUEUE_INDEX },
    ],

    async *due(now, signal) {
      const never = new Date(now.getTime() + NEVER_AFTER_MS).toISOString()
      const misdated = { ...queue(and(equals('queue', 'pending'), isMoreThan('dueAt', never))), Limit: PAGE }
      for await (const page of rows.pages(misdated, signal)) if (page.length > 0) yield page.map(misdatedRow)
      yield* rows.pages({ ...queue(and(equals('queue', 'pending'), isAtMost('dueAt', now.toISOString()))), Limit: PAGE }, signal)
    },

    get: (pk, signal) => rows.one(pk, signal),

    async *list(state) {
      for await (const page of rows.pages(queue(equals('queue', state)))) yield* page
    },

    async *count(state, signal) {
      let start: QueryCommandInput['ExclusiveStartKey']
      do {
        const query = new QueryCommand({ ...queue(equals('queue', state)), Select: 'COUNT', ...(start && { ExclusiveStartKey: start }) })
        const page = await documents().send(query, { abortSignal: signal })
        yield page.Count ?? 0
        start = page.LastEvaluatedKey
      } while (start !== undefined)
    },

    giveUp: (row, state, reason, signal) => update(toPk(row), transitions.giveUp(row, state, reason, new Date()), signal),

    postpone: (item, reason, now, signal) => update(effectPk(item), transitions.postpone(item, reason, now, random), signal),

    retry: (key, states, signal) => update(effectPk(key), transitions.retry(states, new Date()), signal),

    release: (lost, signal) => update(effectPk(lost), transitions.release(lost, new Date()), signal),

    remove: (item, now, signal) => remove(effectPk(item), transitions.remove(item, now), signal),

    erase: (row, signal) => remove(row.pk, transitions.erase(row), signal),
  }
}

function toPk(row: EffectRow): string {
  return isReadable(row) ? effectPk(row) : row.pk
}

function misdatedRow(row: EffectRow): EffectRow {
  if (!isReadable(row)) return row
  return { pk: effectPk(row), fault: 'unreadable-dueAt', state: row.state, dueAt: row.dueAt?.toISOString() }
}

/** Reads rows of the ledger's table. */
interface EffectRows {
  /** The rows that a query returns, page by page. */
  readonly pages: (query: QueryCommandInput, signal?: AbortSignal) => AsyncGenerator<readonly EffectRow[], void>
  readonly one: (pk: string, signal?: AbortSignal) => Promise<EffectRow | undefined>
}

/**
 * Returns a reader that handles rows which the SDK cannot parse. The SDK throws for a whole page if one number does not fit into
 * a JavaScript number, such as 12345678901234567890.5. The reader then reads the rows of that page one by one.
 */
function effectRows(documents: Documents, table: string): EffectRows {
  const one = async (pk: string, signal?: AbortSignal): Promise<EffectRow | undefined> => {
    try {
      const { Item } = await documents().send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }), {
        ...(signal && { abortSignal: signal }),
      })
      return Item && readEffectRow(Item)
    } catch (error) {
      if (!isUnreadableNumber(error)) throw error
      const keys = new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true, ProjectionExpression: 'pk, dueAt' })
      const { Item } = await documents().send(keys, { ...(signal && { abortSignal: signal }) })
      return Item && toUnreadable(Item, 'unreadable-number')
    }
  }
  const page = async (query: QueryCommandInput, signal?: AbortSignal) => {
    try {
      const { Items = [], LastEvaluatedKey } = await documents().send(new QueryCommand(query), { ...(signal && { abortSignal: signal }) })
      return { rows: Items.map(readEffectRow), next: LastEvaluatedKey }
    } catch (error) {
      if (!isUnreadableNumber(error)) throw error
      const { Items = [], LastEvaluatedKey } = await documents().send(new QueryCommand({ ...query, ProjectionExpression: 'pk' }), {
        ...(signal && { abortSignal: signal }),
      })
      const rows = await Promise.all(Items.map(({ pk }) => one(String(pk), signal)))
      return { rows: rows.filter((row) => row !== undefined), next: LastEvaluatedKey }
    }
  }
  return {
    one,
    async *pages(query, signal) {
      let start: QueryCommandInput['ExclusiveStartKey']
      do {
        const { rows, next } = await page({ ...query, ...(start && { ExclusiveStartKey: start }) }, signal)
        yield rows
        start = next
      } while (start !== undefined)
    },
  }
}

function isUnreadableNumber(error: unknown): boolean {
  return error instanceof Error && error.message.includes('wrapNumbers')
}
