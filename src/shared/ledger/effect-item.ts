import type { CutOff, EffectKey } from '../rules/ledger.ts'
import type { CognitoEvent } from '../rules/trigger.ts'

/** Where an effect stands: to be done, done, cut off so that nobody knows, or given up. */
export type EffectState = 'pending' | 'done' | 'unknown' | 'failed'

/** An effect as the table holds it while it is not done. */
export interface EffectItem extends EffectKey {
  readonly state: EffectState
  readonly cutOff: CutOff
  /** There while somebody runs it, or was cut off while running it. */
  readonly token: string | undefined
  readonly attempt: number
  /** The end of the lease, or the time of the next attempt. */
  readonly dueAt: Date | undefined
  /** The event to run it with; undefined where it has to be made from what the pool knows of the user. */
  readonly event: CognitoEvent | undefined
  /** It is owed only to a user who was created since then. */
  readonly createdSince: Date | undefined
  readonly reason: string | undefined
}

/** The index that holds only what is not done, by when it is due. */
export const QUEUE_INDEX = 'queue'

/** The partition key of an effect. */
export function effectPk({ userPoolId, sub, effect }: EffectKey): string {
  return `${userPoolId}#${sub}#${effect}`
}

/** Reads an item of the table; what it holds was written by {@link dynamoLedger}. */
export function readEffectItem(item: Readonly<Record<string, unknown>>): EffectItem {
  return {
    userPoolId: String(item.userPoolId),
    sub: String(item.sub),
    effect: String(item.effect),
    state: readState(item.state),
    cutOff: item.cutOff === 'at-least-once' ? 'at-least-once' : 'at-most-once',
    token: text(item.token),
    attempt: typeof item.attempt === 'number' ? item.attempt : 0,
    dueAt: readDate(item.dueAt),
    event: readEvent(item.event),
    createdSince: readDate(item.createdSince),
    reason: text(item.reason),
  }
}

/** Whether it is worth handing to a rule, which reads the rest as it reads an event of Cognito. */
function isEvent(value: unknown): value is CognitoEvent {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

/** Items can be edited by hand: one that cannot be read must not keep the others of its page from being run. */
function readEvent(json: unknown): CognitoEvent | undefined {
  try {
    const event: unknown = typeof json === 'string' ? JSON.parse(json) : undefined
    return isEvent(event) ? event : undefined
  } catch {
    return undefined
  }
}

function readState(state: unknown): EffectState {
  return state === 'done' || state === 'unknown' || state === 'failed' ? state : 'pending'
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
