/*
 * The states of an effect. An effect is one row of the table. Until it is done, the row is in the index `queue` under its state.
 *
 *   - no row    The ledger does not have the effect.
 *   - pending   A holder runs it (the row has a token and a lease until dueAt), or it waits for its next attempt at dueAt.
 *   - done      The effect ran. It never runs again.
 *   - unknown   A dead letter. The effect may have run or not, so it is not retried.
 *   - failed    A dead letter. The effect used up its attempts, or it cannot be run.
 *
 * The transitions. Each is one conditional write. The holder is the trigger or sweeper whose token is in the row. The sweeper and
 * the operator read the row first, and change it only if it is still as they read it.
 *
 *     transition  made by                      from                                  to
 *
 *   - enqueue     post authentication,         no row                                pending, due now
 *                 effects recover
 *   - claim       trigger, sweeper             no row; pending and due, unless it    pending, until the lease ends
 *                                              was cut off and is at-most-once
 *   - finish      holder                       pending, unknown                      done
 *   - fail        holder                       pending, unknown                      pending, due later; unknown; failed
 *   - giveBack    trigger, when its claim      pending                               pending, due now
 *                 failed without a response
 *   - drop        holder, nothing to do        pending, unknown                      no row
 *   - giveUp      sweeper                      pending                               unknown, failed
 *   - postpone    sweeper                      pending                               pending, due later, one attempt more
 *   - retry       effects retry                failed; unknown with --even-unknown   pending, due now, attempts reset
 *   - release     effects recover              pending, unknown, with the token      pending, due now
 *                                              of the lost claim
 *   - remove      sweeper, effects drop        any, unless it is running             no row
 *   - erase       effects drop --force         unreadable, unless done               no row
 *
 * `fail` before the last attempt and `giveBack` set the due time and keep the state, so an unknown effect stays unknown. `remove`
 * is never called for a done effect.
 *
 * A claim over time:
 *
 *   claim                      dueAt, the end of the lease
 *
 *     |--- the holder runs ------|--- at-least-once: the next trigger or sweeper claims it -------->
 *     |                          |--- at-most-once: the sweeper sets it to unknown ---------------->
 *     |--- the holder may finish, fail or drop it until the next claim ---------------------------->
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
import { backOffMs, MAX_ATTEMPTS } from './back-off.ts'
import {
  type DeadLetterState,
  type EffectItem,
  type EffectRow,
  type EffectState,
  isReadable,
  type PendingEffect,
  type UnreadableItem,
} from './effect-item.ts'

/** Returns the dead letter state of a due effect that must not run again. Returns undefined if the effect may run. */
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
      // Stores a copy of two event fields, because a dead letter loses its event, but its conditions need the fields at a retry.
      triggerSource,
      appClient: clientId ?? undefined,
      createdAt: ifNotExists(now),
      updatedAt: now,
    },
    // Deletes the app client that an earlier claim may have stored.
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
  // Stores both fields outside the event, which is removed below, because conditions read both at a retry.
  const { triggerSource, appClient } = isReadable(row) ? row : {}
  return {
    if: isReadable(row) ? isAsRead(row) : and(equals('queue', 'pending'), equals('dueAt', row.dueAt ?? '')),
    set: { ...inState(state), reason, updatedAt: at.toISOString(), triggerSource, appClient },
    // Deletes the user's data. A retry reads the user from the pool. An unknown effect keeps its token, so that `release` can
    // still match a lost claim, whose holder did not run the effect.
    remove: state === 'unknown' ? ['event'] : ['event', 'token'],
  }
}

export function postpone(item: EffectItem, reason: string, at: Date, random: () => number): Change {
  const attempt = item.attempt + 1
  // Keeps the token, because a slow holder may still mark the effect done.
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

/** Holds for an effect without a holder, and for an at-least-once effect. */
function mayRunAgain(): Condition {
  return or(doesNotExist('token'), equals('delivery', 'at-least-once'))
}

/**
 * Holds if the effect has not changed since it was read. Every claim, released claim, failure and postponement changes the attempt
 * or the due time.
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
