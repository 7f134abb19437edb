import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { dynamoEffects, type Effects } from '../../src/shared/ledger/dynamo-effects.ts'
import { type DynamoLedgerOptions, dynamoLedger, dynamoPendingEffects, type PendingEffects } from '../../src/shared/ledger/dynamo-ledger.ts'
import { type EffectItem, type EffectRow, effectPk, isReadable, QUEUE_INDEX } from '../../src/shared/ledger/effect-item.ts'
import type { ClaimResult, Delivery, Effect, EffectClaim, EffectKey, Ledger } from '../../src/shared/rules/once.ts'
import type { Engine } from './dynamodb-engines.ts'
import { postConfirmationEvent } from './events.ts'

/** The lease of claims in these tests, in milliseconds. */
export const LEASE_MS = 10_000

/** A ledger on a DynamoDB table, with a clock that only `wait` advances. */
export interface TimedLedger extends Ledger {
  readonly effects: Effects
  readonly pendingEffects: PendingEffects
  readonly now: () => Date
  readonly wait: (ms: number) => void
  /** Reads the item from the table. */
  readonly stored: (key: EffectKey) => Promise<Readonly<Record<string, unknown>> | undefined>
  /** Returns the keys of the effects that the queue index lists under this state. */
  readonly queued: (state: string) => Promise<readonly string[]>
}

export function timedLedger(engine: Engine, options: Partial<DynamoLedgerOptions> = {}): TimedLedger {
  const { documents } = engine
  const table = engine.tables.effects
  let now = new Date('2026-05-01T12:00:00.000Z')
  return {
    ...dynamoLedger({ documents, table, leaseMs: LEASE_MS, now: () => now, random: () => 1, ...options }),
    effects: dynamoEffects({ documents, table }),
    pendingEffects: dynamoPendingEffects({ documents, table }),
    now: () => now,
    wait: (ms) => {
      now = new Date(now.getTime() + ms)
    },
    async stored(key) {
      const command = new GetCommand({ TableName: table, Key: { pk: effectPk(key) }, ConsistentRead: true })
      return (await documents().send(command)).Item
    },
    async queued(state) {
      const query = new QueryCommand({
        TableName: table,
        IndexName: QUEUE_INDEX,
        KeyConditionExpression: 'queue = :state',
        ExpressionAttributeValues: { ':state': state },
      })
      const { Items = [] } = await documents().send(query)
      return Items.map(({ pk }) => String(pk))
    },
  }
}

/** Deletes the row of an effect in any state, as an operator can do in the DynamoDB console. */
export async function erase(documents: DynamoDBDocumentClient, table: string, key: EffectKey): Promise<void> {
  await documents.send(new DeleteCommand({ TableName: table, Key: { pk: effectPk(key) } }))
}

/** Returns the rows of all pages that `effects.due` lists. */
export async function allDue(effects: Effects, now: Date): Promise<readonly EffectRow[]> {
  const rows: EffectRow[] = []
  for await (const page of effects.due(now, new AbortController().signal)) rows.push(...page)
  return rows
}

/** Returns a row as an effect. Throws if the row is missing or unreadable. */
export function assertReadable(row: EffectRow | undefined): EffectItem {
  if (row === undefined || !isReadable(row)) throw new Error(`not readable: ${JSON.stringify(row)}`)
  return row
}

let users = 0

/** Creates an effect for a new user. */
export function newEffect(delivery: Delivery = 'at-most-once', userPoolId = 'eu-west-1_Example'): Effect {
  const sub = `sub-${++users}`
  const event = postConfirmationEvent({ sub, email: `${sub}@example.com` }, { userPoolId })
  return { userPoolId, sub, effect: 'send-welcome-email', delivery, event }
}

/** Returns the granted claim. Throws if the claim was not granted. */
export function assertGranted(claimed: ClaimResult): EffectClaim {
  if (claimed.kind !== 'claimed') throw new Error(`expected a claim, got ${JSON.stringify(claimed)}`)
  return claimed.claim
}
