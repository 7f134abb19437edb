import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { conditionally, type Documents } from '../aws/dynamodb.ts'
import type { LostEffect } from '../rules/effect-lost.ts'
import type { EffectKey } from '../rules/ledger.ts'
import { MAX_ATTEMPTS } from './back-off.ts'
import { type EffectItem, type EffectState, effectPk, QUEUE_INDEX, readEffectItem } from './effect-item.ts'

/** The state of an effect that waits for a person. */
export type ParkedState = 'unknown' | 'failed'

/** What is not done, for a sweeper and for people. */
export interface Effects {
  /** Effects whose lease is over or whose next attempt is due, those that waited longest first. */
  readonly due: (now: Date, limit: number, signal: AbortSignal) => Promise<readonly EffectItem[]>
  /** One effect, whatever its state. */
  readonly get: (key: EffectKey, signal: AbortSignal) => Promise<EffectItem | undefined>
  /** All effects in a state, page by page. */
  readonly list: (state: Exclude<EffectState, 'done'>) => AsyncGenerator<EffectItem>
  /** How many effects are in a state, in parts to be added up: one a megabyte. */
  readonly count: (state: Exclude<EffectState, 'done'>, signal: AbortSignal) => AsyncGenerator<number>
  /**
   * Settles an effect that must not or cannot be run again: `unknown` when it was cut off and must not happen twice, `failed`
   * when it was tried often enough. False when somebody has claimed it since: then nothing is settled.
   */
  readonly park: (item: EffectItem, state: 'unknown' | 'failed', reason: string, signal: AbortSignal) => Promise<boolean>
  /** Makes a parked effect due at once, with all its attempts before it; false where there is none in these states. */
  readonly retry: (key: EffectKey, states: readonly ParkedState[], signal: AbortSignal) => Promise<boolean>
  /** Gives back a claim under which certainly nothing ran; false where the effect is not, or no longer, under that claim. */
  readonly release: (lost: LostEffect, signal: AbortSignal) => Promise<boolean>
  /**
   * Forgets an effect: when its event comes again it is run again. False when it is done, somebody is running it, or it is no
   * longer as it was read: then nothing is forgotten, or a mail could go out twice.
   */
  readonly remove: (item: EffectItem, now: Date, signal: AbortSignal) => Promise<boolean>
}

/** Where effects are kept in DynamoDB. */
export interface DynamoEffectsOptions {
  readonly documents: Documents
  readonly table: string
}

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
export function dynamoEffects({ documents, table }: DynamoEffectsOptions): Effects {
  const change = async (key: EffectKey, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>, signal: AbortSignal): Promise<boolean> => {
    const command = new UpdateCommand({ TableName: table, Key: { pk: effectPk(key) }, ...update })
    return conditionally(documents().send(command, { abortSignal: signal }))
  }
  async function* pages(
    state: EffectState,
    selecting: Partial<QueryCommandInput>,
    signal?: AbortSignal,
  ): AsyncGenerator<QueryCommandOutput> {
    let start: Record<string, unknown> | undefined
    do {
      const query = new QueryCommand({
        TableName: table,
        IndexName: QUEUE_INDEX,
        KeyConditionExpression: 'queue = :state',
        ExpressionAttributeValues: { ':state': state },
        ...selecting,
        ...(start && { ExclusiveStartKey: start }),
      })
      const page = await documents().send(query, { ...(signal && { abortSignal: signal }) })
      yield page
      start = page.LastEvaluatedKey
    } while (start !== undefined)
  }

  return {
    async due(now, limit, signal) {
      const found: EffectItem[] = []
      let start: Record<string, unknown> | undefined
      // A page of DynamoDB ends at a megabyte, whatever the limit is: what cannot be settled must not hide the rest.
      do {
        const query = new QueryCommand({
          TableName: table,
          IndexName: QUEUE_INDEX,
          KeyConditionExpression: 'queue = :pending AND dueAt <= :now',
          ExpressionAttributeValues: { ':pending': 'pending', ':now': now.toISOString() },
          Limit: limit - found.length,
          ...(start && { ExclusiveStartKey: start }),
        })
        const page = await documents().send(query, { abortSignal: signal })
        for (const item of page.Items ?? []) found.push(readEffectItem(item))
        start = page.LastEvaluatedKey
      } while (start !== undefined && found.length < limit)
      return found
    },

    async get(key, signal) {
      const command = new GetCommand({ TableName: table, Key: { pk: effectPk(key) }, ConsistentRead: true })
      const { Item } = await documents().send(command, { abortSignal: signal })
      return Item && readEffectItem(Item)
    },

    async *list(state) {
      for await (const { Items = [] } of pages(state, {})) yield* Items.map(readEffectItem)
    },

    async *count(state, signal) {
      for await (const { Count = 0 } of pages(state, { Select: 'COUNT' }, signal)) yield Count
    },

    async park(item, state, reason, signal) {
      // Nothing is kept of the user: what a person retries is run with what the pool knows. The token of an unknown effect
      // stays, by which somebody may still prove that nothing ran under it.
      const dropped = state === 'unknown' ? '#event' : '#event, #token'
      const update = {
        UpdateExpression: `SET #state = :state, queue = :state, reason = :reason, updatedAt = :now REMOVE ${dropped}`,
        // Both change with every claim, and the second where its holder gave it back: then it certainly did not happen.
        ConditionExpression: '#state = :pending AND attempt = :attempt AND dueAt = :due',
        ExpressionAttributeNames: { '#state': 'state', '#event': 'event', ...(state === 'failed' && { '#token': 'token' }) },
        ExpressionAttributeValues: {
          ':state': state,
          ':reason': reason,
          ':pending': 'pending',
          ':attempt': item.attempt,
          ':due': item.dueAt?.toISOString() ?? '',
          ':now': new Date().toISOString(),
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
  }
}
