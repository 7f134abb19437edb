import { DeleteCommand, QueryCommand, type QueryCommandInput, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { conditionally, type Documents } from '../aws/dynamodb.ts'
import type { LostEffect } from '../rules/errors.ts'
import type { EffectKey } from '../rules/once.ts'
import { backOffMs, MAX_ATTEMPTS } from './back-off.ts'
import { effectRows } from './dynamo-effect-rows.ts'
import { type EffectItem, type EffectRow, type EffectState, effectPk, isReadable, QUEUE_INDEX, type UnreadableItem } from './effect-item.ts'

/** The state of an effect that waits for a person. */
export type ParkedState = 'unknown' | 'failed'

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
  readonly park: (row: EffectRow, state: ParkedState, reason: string, signal: AbortSignal) => Promise<boolean>
  /** Counts an attempt under which nothing ran, and puts the next one off. False when the effect has changed since it was read. */
  readonly postpone: (item: EffectItem, reason: string, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Makes a parked effect due at once, with all its attempts before it; false where there is none in these states. */
  readonly retry: (key: EffectKey, states: readonly ParkedState[], signal: AbortSignal) => Promise<boolean>
  /** Gives back a claim under which certainly nothing ran; false where the effect is not, or no longer, under that claim. */
  readonly release: (lost: LostEffect, signal: AbortSignal) => Promise<boolean>
  /**
   * Forgets an effect: when its event comes again it is run again. False when it is done, somebody is running it, or it is no
   * longer as it was read: then nothing is forgotten, or a mail could go out twice.
   */
  readonly remove: (item: EffectItem, now: Date, signal: AbortSignal) => Promise<boolean>
  /** Deletes a row that cannot be read. False when it says that it is done, or has changed since it was read. */
  readonly erase: (row: UnreadableItem, signal: AbortSignal) => Promise<boolean>
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

/** Whether a cut-off effect must be settled instead of run again, and as what. */
export function settledAs({ cutOff, token, attempt }: Pick<EffectItem, 'cutOff' | 'token' | 'attempt'>): 'unknown' | 'failed' | undefined {
  if (token !== undefined && cutOff === 'at-most-once') return 'unknown'
  return attempt >= MAX_ATTEMPTS ? 'failed' : undefined
}

/**
 * Reads and settles what {@link dynamoLedger} keeps.
 *
 * @example
 * for await (const effect of dynamoEffects({ documents, table }).list('failed')) console.log(effect.effect, effect.reason)
 */
export function dynamoEffects({ documents, table, random = Math.random }: DynamoEffectsOptions): Effects {
  const changeRow = async (pk: string, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>, signal: AbortSignal): Promise<boolean> => {
    const command = new UpdateCommand({ TableName: table, Key: { pk }, ...update })
    return conditionally(documents().send(command, { abortSignal: signal }))
  }
  const change = (key: EffectKey, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>, signal: AbortSignal): Promise<boolean> =>
    changeRow(effectPk(key), update, signal)
  const queue = (state: EffectState, condition: string = '', values: Record<string, unknown> = {}): QueryCommandInput => ({
    TableName: table,
    IndexName: QUEUE_INDEX,
    KeyConditionExpression: `queue = :state${condition}`,
    ExpressionAttributeValues: { ':state': state, ...values },
  })
  const rows = effectRows(documents, table)

  return {
    async *due(now, signal) {
      const never = new Date(now.getTime() + NEVER_AFTER_MS).toISOString()
      const misdated = { ...queue('pending', ' AND dueAt > :never', { ':never': never }), Limit: PAGE }
      for await (const page of rows.pages(misdated, signal)) if (page.length > 0) yield page.map(misdatedRow)
      yield* rows.pages({ ...queue('pending', ' AND dueAt <= :now', { ':now': now.toISOString() }), Limit: PAGE }, signal)
    },

    get: (pk, signal) => rows.one(pk, signal),

    async *list(state) {
      for await (const page of rows.pages(queue(state))) yield* page
    },

    async *count(state, signal) {
      let start: QueryCommandInput['ExclusiveStartKey']
      do {
        const query = new QueryCommand({ ...queue(state), Select: 'COUNT', ...(start && { ExclusiveStartKey: start }) })
        const page = await documents().send(query, { abortSignal: signal })
        yield page.Count ?? 0
        start = page.LastEvaluatedKey
      } while (start !== undefined)
    },

    async park(row, state, reason, signal) {
      const readable = isReadable(row)
      // Nothing is kept of the user: what a person retries is run with what the pool knows. The token of an unknown effect
      // stays, by which somebody may still prove that nothing ran under it.
      const dropped = state === 'unknown' ? '#event' : '#event, #token'
      const { triggerSource, appClient } = readable ? row : {}
      // They may stand in the event alone, and a retry is judged by them.
      const kept = `${triggerSource === undefined ? '' : ', triggerSource = :source'}${appClient === undefined ? '' : ', appClient = :client'}`
      const update = {
        UpdateExpression: `SET #state = :state, queue = :state, reason = :reason, updatedAt = :now${kept} REMOVE ${dropped}`,
        // Both change with every claim, and the second where its holder gave it back: then it certainly did not happen.
        ConditionExpression: readable ? UNCHANGED : 'queue = :pending AND dueAt = :due',
        ExpressionAttributeNames: { '#state': 'state', '#event': 'event', ...(state === 'failed' && { '#token': 'token' }) },
        ExpressionAttributeValues: {
          ':state': state,
          ':reason': reason,
          ':now': new Date().toISOString(),
          ...(triggerSource !== undefined && { ':source': triggerSource }),
          ...(appClient !== undefined && { ':client': appClient }),
          ...(readable ? unchanged(row) : { ':pending': 'pending', ':due': row.dueAt ?? '' }),
        },
      }
      return changeRow(pkOf(row), update, signal)
    },

    async postpone(item, reason, now, signal) {
      const attempt = item.attempt + 1
      const update = {
        // A token stays: its holder, if there still is one, may yet mark the effect as done.
        UpdateExpression: 'SET attempt = :next, dueAt = :later, reason = :reason, updatedAt = :now',
        ConditionExpression: UNCHANGED,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':next': attempt,
          ':later': new Date(now.getTime() + backOffMs(attempt, random)).toISOString(),
          ':reason': reason,
          ':now': now.toISOString(),
          ...unchanged(item),
        },
      }
      return change(item, update, signal)
    },

    async retry(key, states, signal) {
      const values = Object.fromEntries(states.map((state) => [`:${state}`, state]))
      const update = {
        UpdateExpression: 'SET #state = :pending, queue = :pending, attempt = :none, dueAt = :now, updatedAt = :now REMOVE #token',
        ConditionExpression: `#state IN (${Object.keys(values).join(', ')})`,
        ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
        ExpressionAttributeValues: { ...values, ':pending': 'pending', ':none': 0, ':now': new Date().toISOString() },
      }
      return change(key, update, signal)
    },

    async release(lost, signal) {
      const update = {
        UpdateExpression: 'SET #state = :pending, queue = :pending, dueAt = :now, updatedAt = :now REMOVE #token, reason',
        ConditionExpression: '#token = :token AND #state IN (:pending, :unknown)',
        ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
        ExpressionAttributeValues: { ':token': lost.token, ':pending': 'pending', ':unknown': 'unknown', ':now': new Date().toISOString() },
      }
      return change(lost, update, signal)
    },

    async remove(item, now, signal) {
      const command = new DeleteCommand({
        TableName: table,
        Key: { pk: effectPk(item) },
        ConditionExpression: `#state = :state AND attempt = :attempt AND (attribute_not_exists(#token) OR dueAt <= :now)${item.dueAt === undefined ? '' : ' AND dueAt = :due'}`,
        ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
        ExpressionAttributeValues: {
          ':state': item.state,
          ':attempt': item.attempt,
          ':now': now.toISOString(),
          ...(item.dueAt !== undefined && { ':due': item.dueAt.toISOString() }),
        },
      })
      return conditionally(documents().send(command, { abortSignal: signal }))
    },

    async erase(row, signal) {
      const command = new DeleteCommand({
        TableName: table,
        Key: { pk: row.pk },
        ConditionExpression: `attribute_exists(pk) AND NOT #state = :done${row.dueAt === undefined ? '' : ' AND dueAt = :due'}`,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':done': 'done', ...(row.dueAt !== undefined && { ':due': row.dueAt }) },
      })
      return conditionally(documents().send(command, { abortSignal: signal }))
    },
  }
}

/** Holds while no one has claimed, settled or postponed the effect since it was read. */
const UNCHANGED = '#state = :pending AND attempt = :attempt AND dueAt = :due'

function unchanged({ attempt, dueAt }: EffectItem): Record<string, unknown> {
  return { ':pending': 'pending', ':attempt': attempt, ':due': dueAt?.toISOString() ?? '' }
}

function pkOf(row: EffectRow): string {
  return isReadable(row) ? effectPk(row) : row.pk
}

function misdatedRow(row: EffectRow): EffectRow {
  if (!isReadable(row)) return row
  return { pk: effectPk(row), fault: 'unreadable-dueAt', state: row.state, dueAt: row.dueAt?.toISOString() }
}
