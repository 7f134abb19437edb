import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Documents, isConditionFailure, tryConditionalWrite } from '../aws/dynamodb.ts'
import { type Change, deleteItem, updateItem } from '../aws/expressions.ts'
import type { ClaimResult, EffectClaim, EffectKey, Ledger } from '../rules/once.ts'
import type { RulePermission } from '../rules/rule.ts'
import { LEASE_MS } from './back-off.ts'
import type { DynamoEffectsOptions } from './dynamo-effects.ts'
import * as transitions from './dynamo-transitions.ts'
import { effectPk, type PendingEffect } from './effect-item.ts'

/** Options of {@link dynamoLedger}. */
export interface DynamoLedgerOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk` and the index `queue` (partition key `queue`, sort key `dueAt`, both strings). */
  readonly table: string
  /** The lease of a claim in milliseconds, 10,000 by default. It must be longer than Cognito waits for a trigger (5 s). */
  readonly leaseMs?: number
  readonly now?: () => Date
  readonly random?: () => number
}

type Row = Readonly<Record<string, unknown>>

/**
 * Makes a ledger in a DynamoDB table. Each effect costs two conditional writes: one claims it, one marks it done. Effects that are
 * not done are in a sparse index, which the sweeper queries.
 *
 * @example
 * once(dynamoLedger({ documents: documentClient(), table: 'effects' }), rule, { delivery: 'at-least-once' })
 */
export function dynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { documents, table, leaseMs = LEASE_MS, now = () => new Date(), random = Math.random } = options

  const update = async (key: EffectKey, change: Change, signal: AbortSignal): Promise<Row> => {
    // Returns only the written attributes, because the SDK may fail to parse an attribute that was added by hand.
    const command = updateItem({ table, key: { pk: effectPk(key) }, ...change, returned: 'UPDATED_NEW' })
    const { Attributes = {} } = await documents().send(command, { abortSignal: signal })
    return Attributes
  }
  const read = async (key: EffectKey, signal: AbortSignal): Promise<Row | undefined> => {
    const command = new GetCommand({
      TableName: table,
      Key: { pk: effectPk(key) },
      ConsistentRead: true,
      ProjectionExpression: '#state, #token, attempt',
      ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
    })
    return (await documents().send(command, { abortSignal: signal })).Item
  }

  return {
    permissions: [{ actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resource: 'EFFECT_TABLE' }],

    async claim(effect, token, signal) {
      try {
        const item = await update(effect, transitions.claim(effect, token, now(), leaseMs), signal)
        return { kind: 'claimed', claim: toEffectClaim(effect, token, item) }
      } catch (error) {
        if (isConditionFailure(error)) return toClaimResult(effect, token, await read(effect, signal))
        // DynamoDB may have written the claim although this call failed. Releases it, because the effect did not run.
        await update(effect, transitions.giveBack(token, now()), signal).catch(() => undefined)
        throw error
      }
    },

    async done(claim, signal) {
      await update(claim, transitions.finish(claim, now()), signal).catch(unlessConditionFailed)
    },

    async fail(claim, failure, signal) {
      await update(claim, transitions.fail(claim, failure, now(), random), signal).catch(unlessConditionFailed)
    },

    async drop(claim, signal) {
      const command = deleteItem({ table, key: { pk: effectPk(claim) }, if: transitions.drop(claim) })
      await documents().send(command, { abortSignal: signal }).catch(unlessConditionFailed)
    },
  }
}

/** Ignores a failed condition: another holder claimed the effect, or an earlier attempt of this write succeeded without a response. */
function unlessConditionFailed(error: unknown): void {
  if (!isConditionFailure(error)) throw error
}

/** Returns the result of a claim whose conditional write failed. The current row shows why it failed. */
function toClaimResult(key: EffectKey, token: string, item: Row | undefined): ClaimResult {
  // An earlier attempt of this claim succeeded, but its response was lost.
  if (item?.token === token) return { kind: 'claimed', claim: toEffectClaim(key, token, item) }
  const state = item?.state
  return state === 'done' || state === 'unknown' || state === 'failed' ? { kind: 'settled', state } : { kind: 'held' }
}

function toEffectClaim({ userPoolId, sub, effect }: EffectKey, token: string, { attempt }: Row): EffectClaim {
  return { userPoolId, sub, effect, token, attempt: Number(attempt) }
}

/** Enqueues effects that may be missing from the ledger. */
export interface PendingEffects {
  /** Adds a pending effect that is due now. Returns false, and changes nothing, if the ledger already has the effect. */
  readonly enqueue: (effect: PendingEffect, signal: AbortSignal) => Promise<boolean>
  readonly permissions?: readonly RulePermission[]
}

/**
 * Adds pending effects to the table of {@link dynamoLedger}. The sweeper runs them.
 *
 * @example
 * await dynamoPendingEffects({ documents, table }).enqueue({ userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-most-once' }, signal)
 */
export function dynamoPendingEffects({ documents, table }: DynamoEffectsOptions): PendingEffects {
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'EFFECT_TABLE' }],

    async enqueue(effect, signal) {
      const command = updateItem({ table, key: { pk: effectPk(effect) }, ...transitions.enqueue(effect, new Date()) })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}
