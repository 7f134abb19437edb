/*
 * The states of an effect. An effect is one row of the table; a row that is not done stands in the index `queue` under its state.
 *
 *   no row    nothing is known of it
 *   pending   somebody runs it (it has a token, and a lease until dueAt), or it waits for its next attempt (at dueAt)
 *   done      it happened, or it need not happen; it never runs again
 *   unknown   it was cut off and must not happen twice: nobody knows whether it happened
 *   failed    it was tried too often, or it cannot be run
 *
 * The transitions; each is one conditional write. The holder is the trigger or sweeper whose token is in the row. The sweeper
 * and the administrator have read the row before. They change it only if it is still as they read it.
 *
 *   transition  made by                      from                                  to
 *   enqueue     post authentication,         no row                                pending, due now
 *               effects recover
 *   claim       trigger, sweeper             no row; pending and due, unless it    pending, until the lease ends
 *                                            was cut off and is at-most-once
 *   finish      holder                       pending, unknown                      done
 *   fail        holder                       pending, unknown                      pending, due later; unknown; failed
 *   giveBack    holder without an answer     pending                               pending, due now
 *   drop        holder                       pending, unknown                      no row
 *   giveUp      sweeper                      pending                               unknown, failed
 *   postpone    sweeper                      pending                               pending, due later, one attempt more
 *   retry       effects retry                failed; unknown with --even-unknown   pending, due now, without attempts
 *   release     effects recover              pending, unknown, with the token      pending, due now
 *                                            of the lost claim
 *   remove      sweeper, effects drop        any, unless somebody runs it          no row
 *   erase       effects drop --force         unreadable, unless done               no row
 *
 * An unknown effect that is set back stays unknown before its last attempt. `remove` is never called for a done effect.
 *
 * A claim over time:
 *
 *   claim                      dueAt, the end of the lease
 *     |--- its holder runs ------|--- at-least-once: the next trigger or sweeper claims it -------->
 *     |                          |--- at-most-once: the sweeper gives it up: unknown --------------->
 *     |--- the holder may finish it, set it back or drop it until another token is in the row ----->
 */
import {
  and,
  type Change,
  type Condition,
  doesNotExist,
  equals,
  exists,
  ifNotExists,
  isAtMost,
  isOneOf,
  not,
  oneMore,
  or,
} from '../aws/expressions.ts'
import type { LostEffect } from '../rules/errors.ts'
import type { Effect, EffectClaim, EffectFailure, EffectKey } from '../rules/once.ts'
import {
  type DeadLetterState,
  type EffectItem,
  type EffectRow,
  type EffectState,
  isReadable,
  type PendingEffect,
  type UnreadableItem,
} from './effect-item.ts'

// The first attempt is the trigger's own; the second comes soon, because most faults are over by then.
const FIRST_MS = 30_000
const LONGEST_MS = 6 * 60 * 60_000

/**
 * How many times an effect is tried before it becomes a dead letter, which a person has to see to. That takes between 31 and 63 hours: longer than
 * an exhausted quota of SES lasts, which is 24 hours.
 */
export const MAX_ATTEMPTS = 20

/**
 * How many milliseconds to wait after a failed attempt: twice as long each time, at most six hours, with up to half of it at
 * random so that what failed together is not tried together.
 *
 * @param attempt 1 for the first.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS)
  return Math.round(full * (0.5 + random() / 2))
}

/** Whether a cut-off effect must be settled instead of run again, and as what. */
export function settledAs({ delivery, token, attempt }: Pick<EffectItem, 'delivery' | 'token' | 'attempt'>): DeadLetterState | undefined {
  if (token !== undefined && delivery === 'at-most-once') return 'unknown'
  return attempt >= MAX_ATTEMPTS ? 'failed' : undefined
}

export function enqueue(effect: PendingEffect, at: Date): Change {
  const now = at.toISOString()
  return {
    if: effectDoesNotExist(),
    set: {
      ...toEffectKey(effect),
      ...inState('pending'),
      delivery: effect.delivery,
      attempt: 0,
      dueAt: now,
      createdAt: now,
      updatedAt: now,
      createdSince: effect.createdSince?.toISOString(),
      triggerSource: effect.triggerSource,
      appClient: effect.appClient,
    },
  }
}

export function claim(effect: Effect, token: string, at: Date, leaseMs: number): Change {
  const { triggerSource, callerContext } = effect.event
  const { clientId } = callerContext
  const now = at.toISOString()
  return {
    if: or(effectDoesNotExist(), and(equals('state', 'pending'), leaseOrWaitExpired(now), mayRunAgain())),
    set: {
      ...toEffectKey(effect),
      ...inState('pending'),
      token,
      delivery: effect.delivery,
      attempt: oneMore(),
      dueAt: addMilliseconds(at, leaseMs),
      event: JSON.stringify(effect.event),
      // Beside the event, which is dropped when the effect becomes a dead letter: a person may still retry it.
      triggerSource,
      appClient: clientId ?? undefined,
      createdAt: ifNotExists(now),
      updatedAt: now,
    },
    // An earlier event may have had a client.
    remove: clientId === null ? ['appClient'] : [],
  }
}

export function finish({ token }: EffectClaim, at: Date): Change {
  const now = at.toISOString()
  return {
    if: isClaimedBy(token),
    set: { state: 'done', doneAt: now, updatedAt: now },
    remove: ['token', 'event', 'triggerSource', 'appClient', 'dueAt', 'queue', 'reason'],
  }
}

export function fail({ token, attempt }: EffectClaim, { kind, reason }: EffectFailure, at: Date, random: () => number): Change {
  const updatedAt = at.toISOString()
  if (kind === 'retry' && attempt < MAX_ATTEMPTS)
    return { if: isClaimedBy(token), set: { dueAt: addMilliseconds(at, backOffMs(attempt, random)), reason, updatedAt }, remove: ['token'] }
  const state = kind === 'retry' ? 'failed' : 'unknown'
  return { if: isClaimedBy(token), set: { ...inState(state), reason, updatedAt }, remove: ['token', 'event'] }
}

export function giveBack(token: string, at: Date): Change {
  const now = at.toISOString()
  return { if: isClaimedBy(token), set: { dueAt: now, updatedAt: now }, remove: ['token'] }
}

export function drop({ token }: EffectClaim): Condition {
  return isClaimedBy(token)
}

export function giveUp(row: EffectRow, state: DeadLetterState, reason: string, at: Date): Change {
  // They may stand in the event alone, and a retry is judged by them.
  const { triggerSource, appClient } = isReadable(row) ? row : {}
  return {
    if: isReadable(row) ? isAsRead(row) : and(equals('queue', 'pending'), equals('dueAt', row.dueAt ?? '')),
    set: { ...inState(state), reason, updatedAt: at.toISOString(), triggerSource, appClient },
    // Nothing is kept of the user: what a person retries is run with what the pool knows. The token of an unknown effect
    // stays, by which somebody may still prove that nothing ran under it.
    remove: state === 'unknown' ? ['event'] : ['event', 'token'],
  }
}

export function postpone(item: EffectItem, reason: string, at: Date, random: () => number): Change {
  const attempt = item.attempt + 1
  // A token stays: its holder, if there still is one, may yet mark the effect as done.
  return {
    if: isAsRead(item),
    set: { attempt, dueAt: addMilliseconds(at, backOffMs(attempt, random)), reason, updatedAt: at.toISOString() },
  }
}

export function retry(from: readonly DeadLetterState[], at: Date): Change {
  const now = at.toISOString()
  return { if: isOneOf('state', from), set: { ...inState('pending'), attempt: 0, dueAt: now, updatedAt: now }, remove: ['token'] }
}

export function release({ token }: LostEffect, at: Date): Change {
  const now = at.toISOString()
  return {
    if: and(isClaimedBy(token), isOneOf('state', ['pending', 'unknown'])),
    set: { ...inState('pending'), dueAt: now, updatedAt: now },
    remove: ['token', 'reason'],
  }
}

export function remove({ state, attempt, dueAt }: EffectItem, at: Date): Condition {
  const isStill = dueAt && equals('dueAt', dueAt.toISOString())
  return and(equals('state', state), equals('attempt', attempt), or(doesNotExist('token'), leaseOrWaitExpired(at.toISOString())), isStill)
}

export function erase({ dueAt }: UnreadableItem): Condition {
  const isStill = dueAt === undefined ? undefined : equals('dueAt', dueAt)
  return and(exists('pk'), not(equals('state', 'done')), isStill)
}

function effectDoesNotExist(): Condition {
  return doesNotExist('pk')
}

function isClaimedBy(token: string): Condition {
  return equals('token', token)
}

function leaseOrWaitExpired(now: string): Condition {
  return isAtMost('dueAt', now)
}

/** Holds for an effect that nobody has begun, and for one that may happen twice. */
function mayRunAgain(): Condition {
  return or(doesNotExist('token'), equals('delivery', 'at-least-once'))
}

/**
 * Holds if no one has claimed, settled or postponed the effect since it was read. Attempt and due time change with every claim,
 * and the due time changes when its holder gives it back: then it certainly did not happen.
 */
function isAsRead({ attempt, dueAt }: EffectItem): Condition {
  return and(equals('state', 'pending'), equals('attempt', attempt), equals('dueAt', dueAt?.toISOString() ?? ''))
}

function toEffectKey({ userPoolId, sub, effect }: EffectKey): EffectKey {
  return { userPoolId, sub, effect }
}

function inState(state: Exclude<EffectState, 'done'>): { readonly state: EffectState; readonly queue: EffectState } {
  return { state, queue: state }
}

function addMilliseconds(at: Date, ms: number): string {
  return new Date(at.getTime() + ms).toISOString()
}
