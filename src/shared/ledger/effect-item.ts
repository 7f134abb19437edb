import type { CognitoEvent } from '../cognito/event.ts'
import { isObject } from '../rules/invocation.ts'
import type { Delivery, EffectKey } from '../rules/once.ts'

/** The state of an effect. `unknown`: the effect may have run or not. `failed`: it used up its attempts, or cannot be run. */
export type EffectState = 'pending' | 'done' | 'unknown' | 'failed'

/** The state of a dead letter: an effect that waits for an operator. */
export type DeadLetterState = 'unknown' | 'failed'

/** A valid row of the ledger's table. */
export interface EffectItem extends EffectKey {
  readonly state: EffectState
  readonly delivery: Delivery
  /** The token of the holder. Set while the effect runs, and after the holder was cut off. */
  readonly token: string | undefined
  readonly attempt: number
  /** The end of the lease, or the time of the next attempt. */
  readonly dueAt: Date | undefined
  /** The event with which the effect runs. If undefined, the sweeper makes an event from the user in the pool. */
  readonly event: CognitoEvent | undefined
  /** The trigger source of the event. Kept when the event is deleted. Undefined if the effect was enqueued without it. */
  readonly triggerSource: string | undefined
  /** The app client of the event. Kept when the event is deleted. Undefined if the event had none. */
  readonly appClient: string | undefined
  /** If set, the effect runs only for users who were created at this time or later. */
  readonly createdSince: Date | undefined
  readonly reason: string | undefined
}

/** A row whose effect cannot be run, for example because an operator edited the row by hand. */
export interface UnreadableItem {
  readonly pk: string
  /** A constant with the name of the missing or invalid attribute, such as `unreadable-attempt`. */
  readonly fault: string
  /** The state in the table. Undefined if the value is not a valid state. */
  readonly state: EffectState | undefined
  /** The due time as a string, because it may be an invalid date. */
  readonly dueAt: string | undefined
}

/** A row of the ledger's table, valid or not. */
export type EffectRow = EffectItem | UnreadableItem

/** An effect to enqueue without an event. The sweeper makes the event from the user in the pool when it runs the effect. */
export interface PendingEffect extends EffectKey {
  readonly delivery: Delivery
  /** If set, the effect runs only for users who were created at this time or later. */
  readonly createdSince?: Date
  /** The trigger source of the sweeper's event, `PostConfirmation_ConfirmSignUp` by default. */
  readonly triggerSource?: string
  /** The app client of the sweeper's event, if known. */
  readonly appClient?: string
}

/** The name of the sparse index, which has the effects that are not done, by state and due time. */
export const QUEUE_INDEX = 'queue'

/** Returns the partition key of an effect. */
export function effectPk({ userPoolId, sub, effect }: EffectKey): string {
  return `${userPoolId}#${sub}#${effect}`
}

/** Returns true if the row is valid, so that its effect can be run. */
export function isReadable(row: EffectRow): row is EffectItem {
  return !('fault' in row)
}

type Row = Readonly<Record<string, unknown>>

/**
 * Parses a row of the table. A row with any invalid attribute is returned as unreadable. Our own writes are always readable, but
 * operators edit rows by hand. Guessing a value could send a second email, or one to the wrong user.
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

/** Makes an unreadable row with this fault. */
export function toUnreadable(row: Row, fault: string): UnreadableItem {
  return { pk: String(row.pk), fault, state: readState(row.state), dueAt: readText(row.dueAt) }
}

/** The check of each attribute. The first failed check determines the row's fault. Attributes without a check may have any value. */
const CHECKS: Readonly<Record<string, (value: unknown, row: Row) => boolean>> = {
  userPoolId: isText,
  sub: isText,
  effect: isText,
  pk: (pk, { userPoolId, sub, effect }) => pk === effectPk({ userPoolId: String(userPoolId), sub: String(sub), effect: String(effect) }),
  state: (state) => readState(state) !== undefined,
  // A done row is not in the index, so it has no `queue`.
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

/** Parses a date. It accepts only the ISO form that we write, because the index sorts by it and conditional writes compare it. */
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

/** Returns true if a value has the shape of an event that `once` stores. */
function isEvent(value: unknown): value is CognitoEvent {
  if (!isObject(value) || !isText(value.triggerSource) || typeof value.userName !== 'string') return false
  const { callerContext, request } = value
  if (!isObject(callerContext) || !(callerContext.clientId === null || isText(callerContext.clientId))) return false
  if (!isObject(request) || !isObject(request.userAttributes)) return false
  return Object.values(request.userAttributes).every((attribute) => typeof attribute === 'string')
}

/** Returns true if an event has the pool and user of its row. Otherwise the wrong user could get the email. */
function isEventOfRow(event: CognitoEvent | undefined, { userPoolId, sub }: Row): boolean {
  return event !== undefined && event.userPoolId === userPoolId && event.request.userAttributes?.sub === sub
}
