import type { Allowed } from './checked.ts'
import { createContext } from './context.ts'
import { type Clock, type Deadline, processClock } from './deadline.ts'
import { type Engine, evaluate, type RuleObserver } from './engine.ts'
import type { ResponseOf, Verdict } from './outcome.ts'
import type { Rule } from './rule.ts'
import { startTrace, type TraceEntry } from './trace.ts'
import type { Trigger } from './trigger.ts'

/** Nobody denied and nothing broke that must not: Cognito goes on. */
export interface Proceed<T extends Trigger = Trigger> {
  readonly kind: 'proceed'
  /** The rule that vouched; null where no rule objected and none vouched either. */
  readonly rule: string | null
  readonly response: ResponseOf<T> | Record<string, never>
}

/** A rule refused. */
export interface Denied {
  readonly kind: 'denied'
  readonly rule: string
  readonly reason: string
  /** What the caller reads. */
  readonly message: string
}

/** A rule broke that must not: the caller gets one fixed text, the log the cause. */
export interface Failed {
  readonly kind: 'failed'
  readonly rule: string
  readonly error: unknown
}

/** What becomes of an invocation, and what each rule said to it. */
export type Decision<T extends Trigger = Trigger> = { readonly trace: readonly TraceEntry[] } & (Proceed<T> | Denied | Failed)

/** How a composition is run. */
export interface DecideOptions extends RuleObserver {
  readonly allowed: Allowed
  readonly deadline: Deadline
  readonly clock?: Clock
}

// What shadow rules may add to an answer that stands already: enough for a look-up, too little for anybody to feel it.
const SHADOW_PART = 1 / 4
const SHADOW_MAX_MS = 500

/**
 * Runs a composition on an event.
 *
 * @param event Stays as it is: rules get a frozen copy.
 * @param options The observer's functions among them, for tools.
 * @example
 * const decision = await decide(chain(allowEmailDomains('example.com')), event, { allowed, deadline })
 */
export async function decide<T extends Trigger>(rule: Rule<T>, event: T['event'], options: DecideOptions): Promise<Decision<T>> {
  const { allowed, deadline, clock = processClock } = options
  const engine: Engine = { allowed, clock, observer: options, trace: startTrace(), deferred: [] }
  const verdict = await evaluate(engine, rule, createContext<T>(event, deadline), { rule, deadline, next: 0 })
  if (engine.deferred.length > 0) await runShadows(engine, deadline)
  return { ...concluded(verdict), trace: engine.trace.entries() }
}

async function runShadows(engine: Engine, deadline: Deadline): Promise<void> {
  const part = deadline.within(Math.min(deadline.remainingMs() * SHADOW_PART, SHADOW_MAX_MS))
  // A shadow inside a shadow comes in while the first one runs.
  while (engine.deferred.length > 0) await Promise.all(engine.deferred.splice(0).map((start) => start(part)))
  part.close()
}

function concluded<T extends Trigger>(verdict: Verdict<T>): Proceed<T> | Denied | Failed {
  switch (verdict.kind) {
    case 'deny':
      return { kind: 'denied', rule: blamed(verdict), reason: verdict.reason, message: verdict.message }
    case 'broken':
      return { kind: 'failed', rule: blamed(verdict), error: verdict.error }
    default:
      return { kind: 'proceed', rule: verdict.kind === 'allow' ? blamed(verdict) : null, response: verdict.response ?? {} }
  }
}

function blamed(verdict: { readonly by?: string }): string {
  return verdict.by ?? 'unknown'
}
