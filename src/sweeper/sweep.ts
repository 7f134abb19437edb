import type { CognitoEvent } from '../shared/cognito/event.ts'
import { findTrigger } from '../shared/cognito/triggers.ts'
import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import { MAX_ATTEMPTS, settledAs } from '../shared/ledger/dynamo-transitions.ts'
import { type EffectItem, type EffectRow, isReadable } from '../shared/ledger/effect-item.ts'
import { chain } from '../shared/rules/combinators.ts'
import { type Condition, evaluateCondition } from '../shared/rules/condition.ts'
import { decide } from '../shared/rules/engine.ts'
import { type LostEffect, lostEffects, toErrorReason } from '../shared/rules/errors.ts'
import { createContext, type Deadline, processClock, startDeadline } from '../shared/rules/invocation.ts'
import type { OnceEntry, OnceRule, OnceRules } from '../shared/rules/once-rules.ts'
import { hidePersonal } from '../shared/rules/personal.ts'
import type { RuleContext, TriggerContract, Working } from '../shared/rules/trigger.ts'
import { PoolNotFoundError, type PoolUser, sweptEvent, type Users } from './users.ts'

/** What a sweep works with. */
export interface SweepOptions {
  readonly effects: Effects
  readonly users: Users
  /** The effects that can be run. */
  readonly rules: OnceRules
  /** Milliseconds until the sweep must have ended. */
  readonly remainingMs: () => number
  readonly now?: () => Date
}

/** What became of effects that were due. */
export type Swept = 'done' | 'skipped' | 'rule-error' | 'unknown' | 'failed' | 'gone' | 'not-due' | 'waiting' | 'error'

/** What a sweep did: how many effects came to what, and the kinds of errors on the way, none of them with anything of a user. */
export interface SweepReport {
  readonly swept: Readonly<Partial<Record<Swept, number>>>
  readonly reasons: Readonly<Record<string, number>>
  /** Effects whose claim may have been written although its answer was lost. */
  readonly lost: readonly LostEffect[]
  /** The pools in which look-ups failed, so that their other effects were left for the next sweep; absent where there is none. */
  readonly givenUp?: readonly string[]
  /** Why the ledger could not be read, if so. */
  readonly unread?: string
  /** Whether there was not even time to begin, so that nothing was looked at. */
  readonly tooShort?: true
}

// As long as a handler has, and so well within the lease of a claim.
const EFFECT_MS = 4000
// Enough for an effect, and for its last write to be cut off rather than the whole process.
const LEAST_MS = 5000
// Each effect looks a user up first, and Cognito lists users of all pools of an account 30 times a second.
const AT_ONCE = 4
// Cognito may not yet find a user who signed up a moment ago; an effect that is removed is never run.
const GONE_AFTER_MS = 60_000
// For the look-up and the conditions. One that hangs must leave time to put the effect off.
const PREPARE_MS = 2500
// Look-ups that fail before the other effects of their pool are left to the next sweep.
const MAX_IN_A_ROW = 3

/**
 * Runs what a ledger says is due, until there is no more of it or the time is nearly over. What was cut off and must not
 * happen twice becomes a dead letter, and so is what was tried often enough, and a row that cannot be read. One effect that fails stops no
 * other; a pool in which look-ups fail is left to the next sweep. Never throws. With five seconds or less it does nothing and
 * says so.
 *
 * @example
 * const report = await sweep({ effects, users, rules: onceRules(rule), remainingMs: context.getRemainingTimeInMillis })
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { effects, remainingMs, now = () => new Date() } = options
  const swept: Partial<Record<Swept, number>> = {}
  // No plain object: it inherits names such as `constructor`, which a code may be.
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

/** Hides a reason that holds a text of the user: of the event that was kept, or of what the pool has now. */
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
  // It may have happened: the row does not tell.
  return (await deadline.race(effects.giveUp(row, 'unknown', row.fault, deadline.signal())))
    ? { as: 'unknown', reason: row.fault }
    : CHANGED
}

/** The effect has changed since it was read: the next sweep sees how it stands. */
const CHANGED: Outcome = { as: 'waiting' }

async function sweepOne(item: EffectItem, { effects, users, rules, pools, deadline, now }: Sweeping): Promise<Outcome> {
  const ifUnchanged = async (change: Promise<boolean>, outcome: Outcome): Promise<Outcome> =>
    (await deadline.race(change)) ? outcome : CHANGED
  const giveUp = (as: 'unknown' | 'failed', reason: string): Promise<Outcome> =>
    ifUnchanged(effects.giveUp(item, as, reason, deadline.signal()), { as, reason })
  const forget = (outcome: Outcome): Promise<Outcome> => ifUnchanged(effects.remove(item, now, deadline.signal()), outcome)
  /** Counts an attempt although the effect was not begun: what cannot be swept must not stand before the rest for ever. */
  const putOff = (outcome: Outcome & { readonly reason: string }): Promise<Outcome> =>
    item.attempt + 1 >= MAX_ATTEMPTS
      ? giveUp('failed', outcome.reason)
      : ifUnchanged(effects.postpone(item, outcome.reason, now, deadline.signal()), outcome)

  const settled = settledAs(item)
  if (settled !== undefined) return giveUp(settled, settled === 'unknown' ? 'cut-off' : 'too-many-attempts')
  const entry = rules.get(item.effect)
  if (entry === undefined) return giveUp('failed', 'no-rule')
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
    return putOff({ as: 'error', reason })
  }
  const dueForMs = item.dueAt === undefined ? 0 : now.getTime() - item.dueAt.getTime()
  if (user === undefined) return dueForMs < GONE_AFTER_MS ? { as: 'waiting' } : forget({ as: 'gone' })
  if (!isDue(item, user)) return forget({ as: 'not-due' })
  let wanted: boolean
  try {
    const event = sweptEvent(item, user, Object.keys(user.attributes))
    wanted = await part.race(isWanted(entry, createContext<Working>(event, part, contractFor(event))))
  } catch (error) {
    return putOff({ as: 'rule-error', reason: hideReason(toErrorReason(error), item, user) })
  }
  if (!wanted) return forget({ as: 'skipped', reason: 'condition-false' })
  const outcome = await run(entry.rule, item.event ?? sweptEvent(item, user, entry.rule.reads), deadline)
  // It could not be claimed. The ledger may be out of reach, so this may fail too.
  if (outcome.lost !== undefined && outcome.lost.length > 0)
    await putOff({ as: 'rule-error', reason: 'effect-lost' }).catch(() => undefined)
  return outcome.reason === undefined ? outcome : { ...outcome, reason: hideReason(outcome.reason, item, user) }
}

/** Only triggers that work leave effects undone. What their rules answer is of no use any more. */
function contractFor(event: Pick<CognitoEvent, 'triggerSource'>): TriggerContract {
  const name = findTrigger(event.triggerSource) ?? 'PostConfirmation'
  return { name, refuses: false, approves: false, works: true, onError: 'continue' }
}

/** Whether the composition would run the effect in one of the places where it stands. */
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

/** Lets the rule claim the effect itself: when somebody else was faster, it is held or settled. */
async function run(rule: OnceRule, event: CognitoEvent, deadline: Deadline): Promise<Outcome> {
  // The outermost rule is not traced, hence one around it.
  const { trace } = await decide(chain(rule), event, { contract: contractFor(event), deadline })
  const [said] = trace
  if (said?.outcome === 'done') return { as: 'done' }
  return { as: said?.outcome === 'skip' ? 'skipped' : 'rule-error', reason: said?.reason, lost: lostEffects(trace) }
}

async function runWithDeadline<V>(ms: number, work: (deadline: Deadline) => Promise<V>): Promise<V> {
  const deadline = startDeadline(ms, processClock)
  try {
    return await work(deadline)
  } finally {
    deadline.close()
  }
}

/** A few at a time, for as long as there is time. */
async function forEachLimited<V>(items: readonly V[], work: (item: V) => Promise<void>, goOn: () => boolean): Promise<void> {
  const rest = [...items]
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined && goOn(); item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Keeps track of the pools in which look-ups fail, for the length of a sweep. */
interface PoolFailures {
  readonly isGivenUp: (userPoolId: string) => boolean
  /** The pools that were given up. */
  readonly givenUp: () => readonly string[]
  /** Notes how a look-up in the pool ended. */
  readonly note: (userPoolId: string, ending: 'answered' | 'failed') => void
}

/** Gives a pool up after three look-ups that failed in a row: each takes seconds that the effects of other pools need. */
function poolFailures(): PoolFailures {
  const inARow = new Map<string, number>()
  const isGivenUp = (userPoolId: string): boolean => (inARow.get(userPoolId) ?? 0) >= MAX_IN_A_ROW
  return {
    isGivenUp,
    givenUp: () => [...inARow.keys()].filter(isGivenUp),
    note: (userPoolId, ending) => void inARow.set(userPoolId, ending === 'answered' ? 0 : (inARow.get(userPoolId) ?? 0) + 1),
  }
}
