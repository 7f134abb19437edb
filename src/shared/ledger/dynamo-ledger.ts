import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Documents, isConditionFailure, tryConditionalWrite } from '../aws/dynamodb.ts'
import { type Change, deleteItem, updateItem } from '../aws/expressions.ts'
import type { ClaimResult, EffectClaim, EffectKey, Ledger } from '../rules/once.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { DynamoEffectsOptions } from './dynamo-effects.ts'
import * as transitions from './dynamo-transitions.ts'
import { effectPk, type PendingEffect } from './effect-item.ts'

/** Where effects are kept in DynamoDB. */
export interface DynamoLedgerOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk` and the index `queue` (partition key `queue`, sort key `dueAt`, both strings). */
  readonly table: string
  /** Milliseconds for which a claim holds; 10,000 unless set. It must be longer than Cognito waits. */
  readonly leaseMs?: number
  readonly now?: () => Date
  readonly random?: () => number
}

const LEASE_MS = 10_000

type Row = Readonly<Record<string, unknown>>

/**
 * Keeps effects in DynamoDB by conditional writes alone: one to claim, one to mark. What is not done stands in a sparse index,
 * where a sweeper finds it.
 *
 * @example
 * once(dynamoLedger({ documents: documentClient(), table: 'effects' }), rule, { delivery: 'at-least-once' })
 */
export function dynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { documents, table, leaseMs = LEASE_MS, now = () => new Date(), random = Math.random } = options

  const update = async (key: EffectKey, change: Change, signal: AbortSignal): Promise<Row> => {
    // Only what the change wrote is returned: an attribute that a person added may be one that the SDK cannot read.
    const command = updateItem({ table, pk: effectPk(key), ...change, returned: 'UPDATED_NEW' })
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
        // It may be written all the same. Nothing ran, so it is given back, as far as that can be done.
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
      const command = deleteItem({ table, pk: effectPk(claim), if: transitions.drop(claim) })
      await documents().send(command, { abortSignal: signal }).catch(unlessConditionFailed)
    },
  }
}

/** Somebody who took over after our lease has the say now. The condition also fails for our own first attempt whose answer was lost. */
function unlessConditionFailed(error: unknown): void {
  if (!isConditionFailure(error)) throw error
}

/** What a claim that was refused tells. */
function toClaimResult(key: EffectKey, token: string, item: Row | undefined): ClaimResult {
  // Our own first attempt came through and its answer was lost.
  if (item?.token === token) return { kind: 'claimed', claim: toEffectClaim(key, token, item) }
  const state = item?.state
  return state === 'done' || state === 'unknown' || state === 'failed' ? { kind: 'settled', state } : { kind: 'held' }
}

function toEffectClaim({ userPoolId, sub, effect }: EffectKey, token: string, { attempt }: Row): EffectClaim {
  return { userPoolId, sub, effect, token, attempt: Number(attempt) }
}

/** Where effects are put down that nothing durable knows of. */
export interface PendingEffects {
  /** Makes an effect due at once; false where the ledger knows it already: then nothing is changed. */
  readonly enqueue: (effect: PendingEffect, signal: AbortSignal) => Promise<boolean>
  readonly permissions?: readonly RulePermission[]
}

/**
 * Puts effects into the table that {@link dynamoLedger} keeps, for a sweeper to run.
 *
 * @example
 * await dynamoPendingEffects({ documents, table }).enqueue({ userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-most-once' }, signal)
 */
export function dynamoPendingEffects({ documents, table }: DynamoEffectsOptions): PendingEffects {
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'EFFECT_TABLE' }],

    async enqueue(effect, signal) {
      const command = updateItem({ table, pk: effectPk(effect), ...transitions.enqueue(effect, new Date()) })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}
