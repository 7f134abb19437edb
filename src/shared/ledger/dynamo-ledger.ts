import { DeleteCommand, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { type Documents, isConditionFailure } from '../aws/dynamodb.ts'
import type { Claim, Claimed, Effect, EffectKey, Ledger, Setback } from '../rules/once.ts'
import { backOffMs, MAX_ATTEMPTS } from './back-off.ts'
import { effectPk } from './effect-item.ts'

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

// What may be claimed: an effect that is new; one that waits for its next attempt; one whose holder was cut off, unless it
// must not happen twice.
const CLAIMABLE =
  'attribute_not_exists(pk) OR (#state = :pending AND dueAt <= :now AND (attribute_not_exists(#token) OR cutOff = :atLeastOnce))'

/**
 * Keeps effects in DynamoDB by conditional writes alone: one to claim, one to mark. What is not done stands in a sparse index,
 * where a sweeper finds it.
 *
 * @example
 * once(dynamoLedger({ documents: documentClient(), table: 'effects' }), rule, { cutOff: 'at-least-once' })
 */
export function dynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { documents, table, leaseMs = LEASE_MS, now = () => new Date(), random = Math.random } = options
  const target = (key: EffectKey) => ({ TableName: table, Key: { pk: effectPk(key) } })

  // Only what the change wrote is returned: an attribute that a person added may be one that the SDK cannot read.
  const update = async (key: EffectKey, change: Omit<UpdateCommandInput, 'TableName' | 'Key'>, signal: AbortSignal): Promise<Row> => {
    const command = new UpdateCommand({ ...target(key), ReturnValues: 'UPDATED_NEW', ...change })
    const { Attributes = {} } = await documents().send(command, { abortSignal: signal })
    return Attributes
  }
  const read = async (key: EffectKey, signal: AbortSignal): Promise<Row | undefined> => {
    const command = new GetCommand({
      ...target(key),
      ConsistentRead: true,
      ProjectionExpression: '#state, #token, attempt',
      ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
    })
    return (await documents().send(command, { abortSignal: signal })).Item
  }
  /** Changes an effect that is still ours. Somebody who took over after our lease has the say now. */
  const asHolder = async (claim: Claim, expression: string, values: Record<string, unknown>, signal: AbortSignal): Promise<void> => {
    const change = {
      UpdateExpression: expression,
      ConditionExpression: '#token = :token',
      ExpressionAttributeNames: namesIn(expression),
      ExpressionAttributeValues: { ...values, ':token': claim.token, ':now': now().toISOString() },
    }
    // The condition also fails for our own first attempt whose answer was lost.
    await update(claim, change, signal).catch(unlessConditionFailed)
  }

  return {
    permissions: [{ actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resource: 'EFFECT_TABLE' }],

    async claim(effect, token, signal) {
      try {
        const item = await update(effect, claimOf(effect, token, now(), leaseMs), signal)
        return { kind: 'claimed', claim: { ...keyOf(effect), token, attempt: Number(item.attempt) } }
      } catch (error) {
        if (isConditionFailure(error)) return standing(effect, token, await read(effect, signal))
        // It may be written all the same. Nothing ran, so it is given back, as far as that can be done.
        const ours = { ...keyOf(effect), token, attempt: 0 }
        await asHolder(ours, 'SET dueAt = :now, updatedAt = :now REMOVE #token', {}, signal).catch(() => undefined)
        throw error
      }
    },

    async done(claim, signal) {
      const expression =
        'SET #state = :done, doneAt = :now, updatedAt = :now REMOVE #token, #event, triggerSource, appClient, dueAt, queue, reason'
      await asHolder(claim, expression, { ':done': 'done' }, signal)
    },

    async setBack(claim, setback, signal) {
      const { expression, values } = setBackOf(claim, setback, now(), random)
      await asHolder(claim, expression, values, signal)
    },

    async drop(claim, signal) {
      const command = new DeleteCommand({
        ...target(claim),
        ConditionExpression: '#token = :token',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: { ':token': claim.token },
      })
      await documents().send(command, { abortSignal: signal }).catch(unlessConditionFailed)
    },
  }
}

function unlessConditionFailed(error: unknown): void {
  if (!isConditionFailure(error)) throw error
}

/** A claim's change of the table. */
function claimOf(effect: Effect, token: string, at: Date, leaseMs: number): Omit<UpdateCommandInput, 'TableName' | 'Key'> {
  const { triggerSource, callerContext } = effect.event
  const { clientId } = callerContext
  const set = [
    'userPoolId = :pool',
    '#sub = :sub',
    'effect = :effect',
    '#state = :pending',
    '#token = :token',
    'cutOff = :cutOff',
    'attempt = if_not_exists(attempt, :zero) + :one',
    'dueAt = :leaseEnd',
    'queue = :pending',
    '#event = :event',
    // Beside the event, which is dropped when the effect is parked: a person may still retry it.
    'triggerSource = :source',
    ...(clientId === null ? [] : ['appClient = :client']),
    'createdAt = if_not_exists(createdAt, :now)',
    'updatedAt = :now',
  ]
  return {
    // An earlier event may have had a client.
    UpdateExpression: `SET ${set.join(', ')}${clientId === null ? ' REMOVE appClient' : ''}`,
    ConditionExpression: CLAIMABLE,
    ExpressionAttributeNames: { '#state': 'state', '#token': 'token', '#event': 'event', '#sub': 'sub' },
    ExpressionAttributeValues: {
      ':pool': effect.userPoolId,
      ':sub': effect.sub,
      ':effect': effect.effect,
      ':pending': 'pending',
      ':token': token,
      ':cutOff': effect.cutOff,
      ':atLeastOnce': 'at-least-once',
      ':zero': 0,
      ':one': 1,
      ':now': at.toISOString(),
      ':leaseEnd': new Date(at.getTime() + leaseMs).toISOString(),
      ':event': JSON.stringify(effect.event),
      ':source': triggerSource,
      ...(clientId !== null && { ':client': clientId }),
    },
  }
}

/** What a claim that was refused tells. */
function standing(effect: Effect, token: string, item: Row | undefined): Claimed {
  // Our own first attempt came through and its answer was lost.
  if (item?.token === token) return { kind: 'claimed', claim: { ...keyOf(effect), token, attempt: Number(item.attempt) } }
  const state = item?.state
  return state === 'done' || state === 'unknown' || state === 'failed' ? { kind: 'settled', state } : { kind: 'held' }
}

function keyOf({ userPoolId, sub, effect }: EffectKey): EffectKey {
  return { userPoolId, sub, effect }
}

function setBackOf(
  claim: Claim,
  setback: Setback,
  at: Date,
  random: () => number,
): { readonly expression: string; readonly values: Record<string, unknown> } {
  const reason = { ':reason': setback.reason }
  if (setback.kind === 'unknown') {
    return {
      expression: 'SET #state = :unknown, queue = :unknown, reason = :reason, updatedAt = :now REMOVE #token, #event',
      values: { ...reason, ':unknown': 'unknown' },
    }
  }
  if (claim.attempt >= MAX_ATTEMPTS) {
    return {
      expression: 'SET #state = :failed, queue = :failed, reason = :reason, updatedAt = :now REMOVE #token, #event',
      values: { ...reason, ':failed': 'failed' },
    }
  }
  return {
    expression: 'SET dueAt = :next, reason = :reason, updatedAt = :now REMOVE #token',
    values: { ...reason, ':next': new Date(at.getTime() + backOffMs(claim.attempt, random)).toISOString() },
  }
}

/** DynamoDB refuses a name that an expression does not use. */
function namesIn(expression: string): Record<string, string> {
  const reserved = ['state', 'token', 'event'].filter((name) => name === 'token' || expression.includes(`#${name}`))
  return Object.fromEntries(reserved.map((name) => [`#${name}`, name]))
}
