import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Documents, isConditionFailure } from '../aws/dynamodb.ts'
import type { Effect, EffectKey } from '../rules/ledger.ts'
import { MAX_ATTEMPTS } from './back-off.ts'
import { type EffectItem, type EffectState, effectPk, QUEUE_INDEX, readEffectItem } from './effect-item.ts'

/** What is not done, for a sweeper and for people. */
export interface Effects {
  /** Effects whose lease is over or whose next attempt is due, those that waited longest first. */
  readonly due: (now: Date, limit: number, signal: AbortSignal) => Promise<readonly EffectItem[]>
  /** All effects in a state, page by page. */
  readonly list: (state: Exclude<EffectState, 'done'>) => AsyncGenerator<EffectItem>
  /**
   * Settles an effect that must not or cannot be run again: `unknown` when it was cut off and must not happen twice, `failed`
   * when it was tried often enough. Does nothing when somebody has claimed it since.
   */
  readonly park: (item: EffectItem, state: 'unknown' | 'failed', reason: string, signal: AbortSignal) => Promise<void>
  /** Makes a parked effect due at once, with all its attempts before it; false where there is none to be retried. */
  readonly retry: (key: EffectKey, signal: AbortSignal) => Promise<boolean>
  /** Makes an effect due that nothing durable knows of; false where the ledger knows it already. */
  readonly enqueue: (effect: Effect, signal: AbortSignal) => Promise<boolean>
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
  const change = async (
    key: EffectKey,
    update: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const command = new UpdateCommand({ TableName: table, Key: { pk: effectPk(key) }, ...update })
    return conditionally(documents().send(command, { abortSignal: signal }))
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

    async *list(state) {
      let start: Record<string, unknown> | undefined
      do {
        const page = await documents().send(
          new QueryCommand({
            TableName: table,
            IndexName: QUEUE_INDEX,
            KeyConditionExpression: 'queue = :state',
            ExpressionAttributeValues: { ':state': state },
            ...(start && { ExclusiveStartKey: start }),
          }),
        )
        for (const item of page.Items ?? []) yield readEffectItem(item)
        start = page.LastEvaluatedKey
      } while (start !== undefined)
    },

    async park(item, state, reason, signal) {
      await change(
        item,
        {
          // An unknown effect is never run again, so nothing of its user is kept; a failed one can be retried.
          UpdateExpression: `SET #state = :state, queue = :state, reason = :reason, updatedAt = :now REMOVE #token${state === 'unknown' ? ', #event' : ''}`,
          // Both change with every claim, and the second where its holder gave it back: then it certainly did not happen.
          ConditionExpression: '#state = :pending AND attempt = :attempt AND dueAt = :due',
          ExpressionAttributeNames: { '#state': 'state', '#token': 'token', ...(state === 'unknown' && { '#event': 'event' }) },
          ExpressionAttributeValues: {
            ':state': state,
            ':reason': reason,
            ':pending': 'pending',
            ':attempt': item.attempt,
            ':due': item.dueAt?.toISOString() ?? '',
            ':now': new Date().toISOString(),
          },
        },
        signal,
      )
    },

    async retry(key, signal) {
      return change(
        key,
        {
          UpdateExpression: 'SET #state = :pending, queue = :pending, attempt = :none, dueAt = :now, updatedAt = :now REMOVE #token',
          ConditionExpression: '#state = :failed AND attribute_exists(#event)',
          ExpressionAttributeNames: { '#state': 'state', '#token': 'token', '#event': 'event' },
          ExpressionAttributeValues: { ':pending': 'pending', ':failed': 'failed', ':none': 0, ':now': new Date().toISOString() },
        },
        signal,
      )
    },

    async enqueue({ userPoolId, sub, effect, cutOff, event }, signal) {
      return change(
        { userPoolId, sub, effect },
        {
          UpdateExpression:
            'SET userPoolId = :pool, #sub = :sub, effect = :effect, #state = :pending, queue = :pending, cutOff = :cutOff, attempt = :none, dueAt = :now, #event = :event, createdAt = :now, updatedAt = :now',
          ConditionExpression: 'attribute_not_exists(pk)',
          ExpressionAttributeNames: { '#state': 'state', '#sub': 'sub', '#event': 'event' },
          ExpressionAttributeValues: {
            ':pool': userPoolId,
            ':sub': sub,
            ':effect': effect,
            ':pending': 'pending',
            ':cutOff': cutOff,
            ':none': 0,
            ':now': new Date().toISOString(),
            ':event': JSON.stringify(event),
          },
        },
        signal,
      )
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

/** Whether a conditional write was carried out. */
async function conditionally(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}
