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

/** What is not done, for a sweeper and for people. A row that was edited by hand may be unreadable: it is found all the same. */
export interface Effects {
  /**
   * Effects whose lease is over or whose next attempt is due, page by page, those that waited longest first. Before them come
   * rows whose time is so far ahead that nothing of ours wrote it.
   */
  readonly due: (now: Date, signal: AbortSignal) => AsyncGenerator<readonly EffectRow[], void>
  /** One effect, by its partition key, whatever its state. */
  readonly get: (pk: string, signal: AbortSignal) => Promise<EffectRow | undefined>
  /** All effects in a state, page by page. */
  readonly list: (state: Exclude<EffectState, 'done'>) => AsyncGenerator<EffectRow>
  /** How many effects are in a state, in parts to be added up: one a megabyte. */
  readonly count: (state: Exclude<EffectState, 'done'>, signal: AbortSignal) => AsyncGenerator<number>
  /**
   * Settles an effect that must not or cannot be run again: `unknown` when it was cut off and must not happen twice, or its row
   * cannot be read; `failed` when it was tried often enough. False when somebody has claimed it since: then nothing is settled.
   */
  readonly giveUp: (row: EffectRow, state: DeadLetterState, reason: string, signal: AbortSignal) => Promise<boolean>
  /** Counts an attempt under which nothing ran, and puts the next one off. False when the effect has changed since it was read. */
  readonly postpone: (item: EffectItem, reason: string, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Makes a dead letter due at once, with all its attempts before it; false where there is none in these states. */
  readonly retry: (key: EffectKey, states: readonly DeadLetterState[], signal: AbortSignal) => Promise<boolean>
  /** Gives back a claim under which certainly nothing ran; false where the effect is not, or no longer, under that claim. */
  readonly release: (lost: LostEffect, signal: AbortSignal) => Promise<boolean>
  /**
   * Forgets an effect: when its event comes again it is run again. False when it is done, somebody is running it, or it is no
   * longer as it was read: then nothing is forgotten, or a mail could go out twice.
   */
  readonly remove: (item: EffectItem, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Deletes a row that cannot be read. False when it says that it is done, or has changed since it was read. */
  readonly erase: (row: UnreadableItem, signal: AbortSignal) => Promise<boolean>
  /** The permissions that a sweeper needs for them. */
  readonly permissions?: readonly RulePermission[]
}

/** Where effects are kept in DynamoDB. */
export interface DynamoEffectsOptions {
  readonly documents: Documents
  readonly table: string
  readonly random?: () => number
}

// Rows a query: the first effects run while the rest is not read yet.
const PAGE = 100
// Neither a lease nor a back-off, nor a clock that is a day ahead, reaches that far.
const NEVER_AFTER_MS = 7 * 24 * 60 * 60_000

/**
 * Reads and settles what {@link dynamoLedger} keeps.
 *
 * @example
 * for await (const effect of dynamoEffects({ documents, table }).list('failed')) console.log(effect.effect, effect.reason)
 */
export function dynamoEffects({ documents, table, random = Math.random }: DynamoEffectsOptions): Effects {
  const update = async (pk: string, change: Change, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(updateItem({ table, pk, ...change }), { abortSignal: signal }))
  const remove = async (pk: string, condition: Condition, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(deleteItem({ table, pk, if: condition }), { abortSignal: signal }))
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

/** Reads rows of the table of effects. */
interface EffectRows {
  /** The rows that a query finds, page by page. */
  readonly pages: (query: QueryCommandInput, signal?: AbortSignal) => AsyncGenerator<readonly EffectRow[], void>
  readonly one: (pk: string, signal?: AbortSignal) => Promise<EffectRow | undefined>
}

/**
 * Reads rows so that one which the SDK cannot read hides no other. The SDK throws away a whole page for one number that
 * JavaScript cannot hold, such as 12345678901234567890.5.
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
