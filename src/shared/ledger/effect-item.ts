import type { CognitoEvent } from '../cognito/event.ts'
import { isObject } from '../rules/invocation.ts'
import type { Delivery, EffectKey } from '../rules/once.ts'

/** Where an effect stands: to be done, done, cut off so that nobody knows, or given up. */
export type EffectState = 'pending' | 'done' | 'unknown' | 'failed'

/** The state of an effect that waits for a person. */
export type DeadLetterState = 'unknown' | 'failed'

/** An effect as the table holds it while it is not done. */
export interface EffectItem extends EffectKey {
  readonly state: EffectState
  readonly delivery: Delivery
  /** There while somebody runs it, or was cut off while running it. */
  readonly token: string | undefined
  readonly attempt: number
  /** The end of the lease, or the time of the next attempt. */
  readonly dueAt: Date | undefined
  /** The event to run it with; undefined where it has to be made from what the pool knows of the user. */
  readonly event: CognitoEvent | undefined
  /** The trigger source of its event, and the app client; undefined where it never had an event. They stay when the event is dropped. */
  readonly triggerSource: string | undefined
  readonly appClient: string | undefined
  /** Runs only for a user who was created since then. */
  readonly createdSince: Date | undefined
  readonly reason: string | undefined
}

/** A row of the table that was edited by hand, so that it cannot be run. */
export interface UnreadableItem {
  readonly pk: string
  /** Names the attribute that is missing or wrong, such as `unreadable-attempt`. */
  readonly fault: string
  /** As it stands in the table; undefined where it is not one of the states. */
  readonly state: EffectState | undefined
  /** As it stands in the table: when the row is due. */
  readonly dueAt: string | undefined
}

/** A row of the table. */
export type EffectRow = EffectItem | UnreadableItem

/** An effect to be run without its event, which the sweeper makes from what the pool knows of the user by then. */
export interface PendingEffect extends EffectKey {
  readonly delivery: Delivery
  /** Runs only for a user who was created since then. */
  readonly createdSince?: Date
  /** The trigger source and the app client of its event, where they are known; a confirmed sign-up unless set. */
  readonly triggerSource?: string
  readonly appClient?: string
}

/** The index that holds only what is not done, by when it is due. */
export const QUEUE_INDEX = 'queue'

/** The partition key of an effect. */
export function effectPk({ userPoolId, sub, effect }: EffectKey): string {
  return `${userPoolId}#${sub}#${effect}`
}

/** Whether a row can be run. */
export function isReadable(row: EffectRow): row is EffectItem {
  return !('fault' in row)
}

type Row = Readonly<Record<string, unknown>>

/**
 * Reads a row of the table. Our own writes are always readable; people edit rows by hand. A guess at what they meant could send
 * a second mail, or one to the wrong user, so a row with anything wrong in it is returned as unreadable.
 */
export function readEffectRow(row: Row): EffectRow {
  const wrong = Object.keys(CHECKS).find((name) => CHECKS[name]?.(row[name], row) === false)
  if (wrong !== undefined) return toUnreadable(row, `unreadable-${wrong}`)
  const event = readEvent(row.event)
  return {
    userPoolId: String(row.userPoolId),
    sub: String(row.sub),
    effect: String(row.effect),
    state: readState(row.state) ?? 'pending',
    delivery: row.delivery === 'at-least-once' ? 'at-least-once' : 'at-most-once',
    token: readText(row.token),
    attempt: Number(row.attempt),
    dueAt: readDate(row.dueAt),
    event,
    triggerSource: readText(row.triggerSource) ?? event?.triggerSource,
    appClient: readText(row.appClient) ?? event?.callerContext.clientId ?? undefined,
    createdSince: readDate(row.createdSince),
    reason: readText(row.reason),
  }
}

/** A row that cannot be run, for this reason. */
export function toUnreadable(row: Row, fault: string): UnreadableItem {
  return { pk: String(row.pk), fault, state: readState(row.state), dueAt: readText(row.dueAt) }
}

/** What each attribute must be, in the order in which a fault is reported. Attributes that are not here may hold anything. */
const CHECKS: Readonly<Record<string, (value: unknown, row: Row) => boolean>> = {
  userPoolId: isText,
  sub: isText,
  effect: isText,
  pk: (pk, { userPoolId, sub, effect }) => pk === effectPk({ userPoolId: String(userPoolId), sub: String(sub), effect: String(effect) }),
  state: (state) => readState(state) !== undefined,
  // A row stands in the queue of its state, and nowhere once it is done.
  queue: (queue, { state }) => queue === (state === 'done' ? undefined : state),
  delivery: (delivery) => delivery === 'at-most-once' || delivery === 'at-least-once',
  attempt: (attempt) => Number.isSafeInteger(attempt) && Number(attempt) >= 0,
  dueAt: (dueAt, { state }) => (state === 'pending' ? readDate(dueAt) !== undefined : isAbsentOr(isText, dueAt)),
  token: (token) => isAbsentOr(isText, token),
  triggerSource: (source) => isAbsentOr(isText, source),
  appClient: (client) => isAbsentOr(isText, client),
  createdSince: (since) => since === undefined || readDate(since) !== undefined,
  event: (event, row) => event === undefined || isEventOfRow(readEvent(event), row),
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isAbsentOr(check: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || check(value)
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A moment in the form in which we write it. The queue is sorted by that text, and conditional writes compare it. */
function readDate(value: unknown): Date | undefined {
  const at = typeof value === 'string' ? new Date(value) : undefined
  return at === undefined || Number.isNaN(at.getTime()) || at.toISOString() !== value ? undefined : at
}

function readState(state: unknown): EffectState | undefined {
  return state === 'pending' || state === 'done' || state === 'unknown' || state === 'failed' ? state : undefined
}

function readEvent(json: unknown): CognitoEvent | undefined {
  try {
    const event: unknown = typeof json === 'string' ? JSON.parse(json) : undefined
    return isEvent(event) ? event : undefined
  } catch {
    return undefined
  }
}

/** Whether it has the shape of an event that `once` keeps. */
function isEvent(value: unknown): value is CognitoEvent {
  if (!isObject(value) || !isText(value.triggerSource) || typeof value.userName !== 'string') return false
  const { callerContext, request } = value
  if (!isObject(callerContext) || !(callerContext.clientId === null || isText(callerContext.clientId))) return false
  if (!isObject(request) || !isObject(request.userAttributes)) return false
  return Object.values(request.userAttributes).every((attribute) => typeof attribute === 'string')
}

/** Whether an event is that of the row: with another pool or user in it, somebody else would get the mail. */
function isEventOfRow(event: CognitoEvent | undefined, { userPoolId, sub }: Row): boolean {
  return event !== undefined && event.userPoolId === userPoolId && event.request.userAttributes?.sub === sub
}
