import type { CognitoEvent } from '../shared/cognito/event.ts'
import type { TriggerName } from '../shared/cognito/triggers.ts'
import { MAX_ATTEMPTS } from '../shared/ledger/back-off.ts'
import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import { settledAs } from '../shared/ledger/dynamo-transitions.ts'
import { type EffectItem, type EffectRow, isReadable } from '../shared/ledger/effect-item.ts'
import { chain } from '../shared/rules/combinators.ts'
import { type Condition, evaluateCondition } from '../shared/rules/condition.ts'
import { decide } from '../shared/rules/engine.ts'
import { type LostEffect, lostEffects, toErrorReason } from '../shared/rules/errors.ts'
import { createContext, type Deadline, processClock, startDeadline } from '../shared/rules/invocation.ts'
import type { OnceEntry, OnceRule } from '../shared/rules/once-rules.ts'
import { hidePersonal } from '../shared/rules/personal.ts'
import type { RuleContext, TriggerContract, Working } from '../shared/rules/trigger.ts'
import type { SweptRules } from './swept-rules.ts'
import { PoolNotFoundError, type PoolUser, sweptEvent, type Users } from './users.ts'

/** Options of {@link sweep}. */
export interface SweepOptions {
  readonly effects: Effects
  readonly users: Users
  /** The rules that can run effects. */
  readonly rules: SweptRules
  /** Returns the milliseconds until the sweep must have ended. */
  readonly remainingMs: () => number
  readonly now?: () => Date
}

/** The result of sweeping one due effect. */
export type Swept = 'done' | 'skipped' | 'rule-error' | 'unknown' | 'failed' | 'gone' | 'not-due' | 'waiting' | 'error'

/** The result of a sweep. It has no user data except in `lost`. */
export interface SweepReport {
  /** The number of effects by result. */
  readonly swept: Readonly<Partial<Record<Swept, number>>>
  /** The number of effects by reason: the reason of a skip, an error name, or the fault of an unreadable row. */
  readonly reasons: Readonly<Record<string, number>>
  /** Effects whose claim failed. DynamoDB may still have written the claim, if only its response was lost. */
  readonly lost: readonly LostEffect[]
  /** The pools whose user look-ups failed repeatedly, so the sweep skipped their other effects. Missing if the sweep skipped no pool. */
  readonly givenUp?: readonly string[]
  /** The code or name of the error if the ledger could not be read. Missing if the ledger was read. */
  readonly unread?: string
  /** True if the time was too short to read any effect. */
  readonly tooShort?: true
}

// The time limit of one effect, equal to a handler's deadline and well below the lease of a claim.
const EFFECT_MS = 4000
// The time that must be left to start an effect: the time limit of the effect, and a second to abort its last write.
const LEAST_MS = 5000
// The number of effects that run in parallel. Each looks up a user, and ListUsers allows 30 requests per second and account.
const AT_ONCE = 4
// An effect whose user is missing is removed only a minute after it was due, because Cognito may not find a new user at once.
const GONE_AFTER_MS = 60_000
// The time limit of the look-up and the conditions. If they hang, the rest of EFFECT_MS is left to postpone the effect.
const PREPARE_MS = 2500
// After this many failed look-ups in a row, the sweep skips the other effects of the pool.
const MAX_IN_A_ROW = 3

/**
 * Runs the due effects of a ledger until all have run or the time is nearly over. Never throws. With five seconds or less left, the
 * function does nothing and returns `tooShort`.
 *
 * An effect becomes a dead letter if it was cut off and is at-most-once, if it used up its attempts, or if its row is unreadable. An
 * effect that fails does not stop the others. If user look-ups in a pool fail repeatedly, the sweep leaves the other effects of that
 * pool to the next sweep.
 *
 * @example
 * const report = await sweep({ effects, users, rules: sweptRules({ PostConfirmation: rule }), remainingMs: context.getRemainingTimeInMillis })
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { effects, remainingMs, now = () => new Date() } = options
  const swept: Partial<Record<Swept, number>> = {}
  // A Map, because a plain object inherits names such as `constructor`, which a reason may equal.
  const reasons = new Map<string, number>()
  const lost: LostEffect[] = []
  let begun = false
  const pools = poolFailures()
  const settle = async (row: EffectRow): Promise<void> => {
    const sweeping = runWithDeadline(EFFECT_MS, (deadline) => sweepRow(row, { ...options, pools, deadline, now: now() }))
    const { as, reason, lost: found = [] } = await sweeping.catch((error) => toError(error, row))
    swept[as] = (swept[as] ?? 0) + 1
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    lost.push(...found)
  }
  const report = (): SweepReport => {
    const givenUp = pools.givenUp()
    return { swept, reasons: Object.fromEntries(reasons), lost, ...(givenUp.length > 0 && { givenUp }) }
  }
  const over = new AbortController()
  const due = effects.due(now(), over.signal)
  try {
    while (remainingMs() > LEAST_MS) {
      begun = true
      const page = await runWithDeadline(EFFECT_MS, ({ race }) => race(due.next()))
      if (page.done) break
      await forEachLimited(page.value, settle, () => remainingMs() > LEAST_MS)
    }
    return { ...report(), ...(!begun && { tooShort: true }) }
  } catch (error) {
    return { ...report(), unread: toErrorReason(error) }
  } finally {
    over.abort()
  }
}

interface Outcome {
  readonly as: Swept
  /** A constant identifier. */
  readonly reason?: string | undefined
  readonly lost?: readonly LostEffect[]
}

function toError(error: unknown, row: EffectRow): Outcome {
  const reason = toErrorReason(error)
  return { as: 'error', reason: isReadable(row) ? hideReason(reason, row) : reason }
}

/** Hides a reason that contains user data, either from the stored event or from the user in the pool. */
function hideReason(reason: string, { event, sub }: EffectItem, user?: PoolUser): string {
  const current = { userName: user?.userName, request: { userAttributes: { ...user?.attributes, sub } } }
  return hidePersonal(current)(hidePersonal(event)(reason))
}

interface Sweeping extends Pick<SweepOptions, 'effects' | 'users' | 'rules'> {
  readonly pools: PoolFailures
  readonly deadline: Deadline
  readonly now: Date
}

async function sweepRow(row: EffectRow, sweeping: Sweeping): Promise<Outcome> {
  if (isReadable(row)) return sweepOne(row, sweeping)
  const { effects, deadline } = sweeping
  // An unreadable row does not show whether the effect ran, so the state is unknown.
  return (await deadline.race(effects.giveUp(row, 'unknown', row.fault, deadline.signal())))
    ? { as: 'unknown', reason: row.fault }
    : CHANGED
}

/** The result for an effect that has changed since it was read. The next sweep reads it again. */
const CHANGED: Outcome = { as: 'waiting' }

async function sweepOne(item: EffectItem, { effects, users, rules, pools, deadline, now }: Sweeping): Promise<Outcome> {
  const ifUnchanged = async (change: Promise<boolean>, outcome: Outcome): Promise<Outcome> =>
    (await deadline.race(change)) ? outcome : CHANGED
  const giveUp = (as: 'unknown' | 'failed', reason: string): Promise<Outcome> =>
    ifUnchanged(effects.giveUp(item, as, reason, deadline.signal()), { as, reason })
  const remove = (outcome: Outcome): Promise<Outcome> => ifUnchanged(effects.remove(item, now, deadline.signal()), outcome)
  /** Counts an attempt although the effect did not run, and delays the next attempt. Otherwise every sweep would start with this effect. */
  const postpone = (outcome: Outcome & { readonly reason: string }): Promise<Outcome> =>
    item.attempt + 1 >= MAX_ATTEMPTS
      ? giveUp('failed', outcome.reason)
      : ifUnchanged(effects.postpone(item, outcome.reason, now, deadline.signal()), outcome)

  const settled = settledAs(item)
  if (settled !== undefined) return giveUp(settled, settled === 'unknown' ? 'cut-off' : 'too-many-attempts')
  const found = rules.find(item)
  if (found === undefined) return giveUp('failed', 'no-rule')
  const { trigger, entry } = found
  if (pools.isGivenUp(item.userPoolId)) return { as: 'waiting', reason: 'pool-given-up' }
  const part = deadline.within(PREPARE_MS)
  let user: PoolUser | undefined
  try {
    user = await part.race(users.find(item.userPoolId, item.sub, part.signal()))
    pools.note(item.userPoolId, 'answered')
  } catch (error) {
    const reason = hideReason(toErrorReason(error), item)
    if (error instanceof PoolNotFoundError) return giveUp('failed', reason)
    pools.note(item.userPoolId, 'failed')
    return postpone({ as: 'error', reason })
  }
  const dueForMs = item.dueAt === undefined ? 0 : now.getTime() - item.dueAt.getTime()
  if (user === undefined) return dueForMs < GONE_AFTER_MS ? { as: 'waiting' } : remove({ as: 'gone' })
  if (!isDue(item, user)) return remove({ as: 'not-due' })
  let wanted: boolean
  try {
    const event = sweptEvent(trigger, item, user, Object.keys(user.attributes))
    wanted = await part.race(isWanted(entry, createContext<Working>(event, part, contractFor(trigger))))
  } catch (error) {
    return postpone({ as: 'rule-error', reason: hideReason(toErrorReason(error), item, user) })
  }
  if (!wanted) return remove({ as: 'skipped', reason: 'condition-false' })
  const outcome = await run(trigger, entry.rule, item.event ?? sweptEvent(trigger, item, user, entry.rule.reads), deadline)
  // If the claim failed, the ledger may be unavailable. This write may then fail too, so its error is ignored.
  if (outcome.lost !== undefined && outcome.lost.length > 0)
    await postpone({ as: 'rule-error', reason: 'effect-lost' }).catch(() => undefined)
  return outcome.reason === undefined ? outcome : { ...outcome, reason: hideReason(outcome.reason, item, user) }
}

/** Returns the contract of a working trigger, because only working triggers have effects. */
function contractFor(name: TriggerName): TriggerContract {
  return { name, refuses: false, approves: false, works: true, onError: 'continue' }
}

/** Returns true if all conditions around the effect hold in at least one of its places in the composition. */
async function isWanted({ places }: OnceEntry, ctx: RuleContext<Working>): Promise<boolean> {
  const asked = await Promise.allSettled(places.map((conditions) => allHold(conditions, ctx)))
  if (asked.some((answer) => answer.status === 'fulfilled' && answer.value)) return true
  for (const answer of asked) if (answer.status === 'rejected') throw answer.reason
  return false
}

async function allHold(conditions: readonly Condition<Working>[], ctx: RuleContext<Working>): Promise<boolean> {
  for (const condition of conditions) if (!(await evaluateCondition(condition, ctx))) return false
  return true
}

function isDue({ createdSince }: EffectItem, { createdAt }: PoolUser): boolean {
  return createdSince === undefined || (createdAt !== undefined && createdAt >= createdSince)
}

/** Runs a `once` rule, which claims the effect itself. If another holder was faster, the rule skips. */
async function run(trigger: TriggerName, rule: OnceRule, event: CognitoEvent, deadline: Deadline): Promise<Outcome> {
  // Wraps the rule in a chain, because the trace leaves out the outermost rule.
  const { trace } = await decide(chain(rule), event, { contract: contractFor(trigger), deadline })
  const [entry] = trace
  if (entry?.outcome === 'done') return { as: 'done' }
  return { as: entry?.outcome === 'skip' ? 'skipped' : 'rule-error', reason: entry?.reason, lost: lostEffects(trace) }
}

async function runWithDeadline<V>(ms: number, work: (deadline: Deadline) => Promise<V>): Promise<V> {
  const deadline = startDeadline(ms, processClock)
  try {
    return await work(deadline)
  } finally {
    deadline.close()
  }
}

/** Runs `work` for each item, four at a time, while `goOn` returns true. */
async function forEachLimited<V>(items: readonly V[], work: (item: V) => Promise<void>, goOn: () => boolean): Promise<void> {
  const rest = [...items]
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined && goOn(); item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Counts the failed user look-ups of each pool during a sweep. */
interface PoolFailures {
  readonly isGivenUp: (userPoolId: string) => boolean
  /** Returns the pools that this sweep skips. */
  readonly givenUp: () => readonly string[]
  /** Records the result of a look-up. */
  readonly note: (userPoolId: string, ending: 'answered' | 'failed') => void
}

/** Gives up a pool after three failed look-ups in a row. Each may take seconds that the effects of other pools need. */
function poolFailures(): PoolFailures {
  const inARow = new Map<string, number>()
  const isGivenUp = (userPoolId: string): boolean => (inARow.get(userPoolId) ?? 0) >= MAX_IN_A_ROW
  return {
    isGivenUp,
    givenUp: () => [...inARow.keys()].filter(isGivenUp),
    note: (userPoolId, ending) => void inARow.set(userPoolId, ending === 'answered' ? 0 : (inARow.get(userPoolId) ?? 0) + 1),
  }
}
