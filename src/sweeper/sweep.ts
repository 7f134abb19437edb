import { type Effects, settledAs } from '../shared/ledger/dynamo-effects.ts'
import { type EffectItem, effectPk } from '../shared/ledger/effect-item.ts'
import { chain } from '../shared/rules/chain.ts'
import { type Deadline, processClock, startDeadline } from '../shared/rules/deadline.ts'
import { decide } from '../shared/rules/decide.ts'
import { type LostEffect, lostEffects } from '../shared/rules/effect-lost.ts'
import type { OnceRule, OnceRules } from '../shared/rules/once-rules.ts'
import { reasonOf } from '../shared/rules/reason.ts'
import type { CognitoEvent } from '../shared/rules/trigger.ts'
import { confirmationOf } from './confirmation-of.ts'
import { PoolNotFound, type PoolUser, type Users } from './users.ts'

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
export type Swept = 'done' | 'skipped' | 'broken' | 'unknown' | 'failed' | 'gone' | 'not-owed' | 'waiting' | 'error'

/** What a sweep did: how many effects came to what, and the kinds of errors on the way, none of them with anything of a user. */
export interface SweepReport {
  readonly swept: Readonly<Partial<Record<Swept, number>>>
  readonly reasons: Readonly<Record<string, number>>
  /** Effects whose claim may have been written although its answer was lost. */
  readonly lost: readonly LostEffect[]
  /** Why the ledger could not be read, if so. */
  readonly unread?: string
  /** Whether there was not even time to begin, so that nothing was looked at. */
  readonly tooShort?: true
}

// As long as a handler has, and so well within the lease of a claim.
const EFFECT_MS = 4000
// Enough for an effect, and for its last write to be cut off rather than the whole process.
const LEAST_MS = 5000
const PAGE = 100
// Each effect looks a user up first, and Cognito lists users of all pools of an account 30 times a second.
const AT_ONCE = 4
// Cognito may not yet find a user who signed up a moment ago; an effect that is removed is never run.
const GONE_AFTER_MS = 60_000
// What cannot even be looked into for so long, such as a pool of another account, waits for a person and not for the next sweep.
const STUCK_AFTER_MS = 24 * 60 * 60_000

/**
 * Runs what a ledger says is due, until there is no more of it or the time is nearly over. What was cut off and must not
 * happen twice is parked, and so is what was tried often enough. One effect that fails stops no other. Never throws. With five
 * seconds or less it does nothing and says so.
 *
 * @example
 * const report = await sweep({ effects, users, rules: onceRules(rule), remainingMs: context.getRemainingTimeInMillis })
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { effects, remainingMs, now = () => new Date() } = options
  const swept: Partial<Record<Swept, number>> = {}
  const reasons: Record<string, number> = {}
  const lost: LostEffect[] = []
  let begun = false
  const seen = new Set<string>()
  const settle = async (item: EffectItem): Promise<void> => {
    const { as, reason, lost: found = [] } = await within(EFFECT_MS, (deadline) => sweepOne(item, deadline, options, now())).catch(toError)
    swept[as] = (swept[as] ?? 0) + 1
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1
    lost.push(...found)
  }
  try {
    while (remainingMs() > LEAST_MS) {
      begun = true
      // What could not be settled is still due, and stands before the rest.
      const page = await within(EFFECT_MS, ({ signal, race }) => race(effects.due(now(), PAGE + seen.size, signal())))
      const fresh = page.filter((item) => !seen.has(effectPk(item)))
      if (fresh.length === 0) break
      for (const item of fresh) seen.add(effectPk(item))
      await eachOf(fresh, settle, () => remainingMs() > LEAST_MS)
    }
    return { swept, reasons, lost, ...(!begun && { tooShort: true }) }
  } catch (error) {
    return { swept, reasons, lost, unread: reasonOf(error) }
  }
}

interface Outcome {
  readonly as: Swept
  /** A constant identifier. */
  readonly reason?: string | undefined
  readonly lost?: readonly LostEffect[]
}

function toError(error: unknown): Outcome {
  return { as: 'error', reason: reasonOf(error) }
}

async function sweepOne(item: EffectItem, deadline: Deadline, { effects, users, rules }: SweepOptions, now: Date): Promise<Outcome> {
  // Where somebody has changed it since it was read, the next sweep sees how it stands.
  const park = async (as: 'unknown' | 'failed', reason: string): Promise<Outcome> =>
    (await deadline.race(effects.park(item, as, reason, deadline.signal()))) ? { as, reason } : { as: 'waiting' }
  const forget = async (as: 'gone' | 'not-owed'): Promise<Outcome> =>
    (await deadline.race(effects.remove(item, now, deadline.signal()))) ? { as } : { as: 'waiting' }
  const dueForMs = item.dueAt === undefined ? 0 : now.getTime() - item.dueAt.getTime()

  const settled = settledAs(item)
  if (settled !== undefined) return park(settled, settled === 'unknown' ? 'cut-off' : 'too-many-attempts')
  const rule = rules.get(item.effect)?.rule
  if (rule === undefined) return park('failed', 'no-rule')
  let user: PoolUser | undefined
  try {
    user = await deadline.race(users.find(item.userPoolId, item.sub, deadline.signal()))
  } catch (error) {
    if (error instanceof PoolNotFound || dueForMs > STUCK_AFTER_MS) return park('failed', reasonOf(error))
    throw error
  }
  if (user === undefined) return dueForMs < GONE_AFTER_MS ? { as: 'waiting' } : forget('gone')
  if (!isOwed(item, user)) return forget('not-owed')
  return run(rule, item.event ?? confirmationOf(item, user, rule.reads), deadline)
}

function isOwed({ createdSince }: EffectItem, { createdAt }: PoolUser): boolean {
  return createdSince === undefined || (createdAt !== undefined && createdAt >= createdSince)
}

/** Lets the rule claim the effect itself: when somebody else was faster, it is held or settled. */
async function run(rule: OnceRule, event: CognitoEvent, deadline: Deadline): Promise<Outcome> {
  // The outermost rule is not traced, hence one around it.
  const { trace } = await decide(chain(rule), event, { allowed: { phase: 'post', responseFields: {} }, deadline })
  const [said] = trace
  if (said?.outcome === 'done') return { as: 'done' }
  return { as: said?.outcome === 'skip' ? 'skipped' : 'broken', reason: said?.reason, lost: lostEffects(trace) }
}

async function within<V>(ms: number, work: (deadline: Deadline) => Promise<V>): Promise<V> {
  const deadline = startDeadline(ms, processClock)
  try {
    return await work(deadline)
  } finally {
    deadline.close()
  }
}

/** A few at a time, for as long as there is time. */
async function eachOf<V>(items: readonly V[], work: (item: V) => Promise<void>, goOn: () => boolean): Promise<void> {
  const rest = [...items]
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined && goOn(); item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
