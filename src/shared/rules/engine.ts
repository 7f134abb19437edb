// Invariants
//  1. The synchronous path stays synchronous. A rule that answers at once takes no promise and no turn of the event loop: 4 us a
//     decision. So `evaluate` and `attempt` use `andThen`, and never `await`.
//  2. `evaluate` never throws. A rule that throws, runs out of time or returns an invalid outcome is `broken`.
//  3. Every outcome that leaves `inTime` is validated and carries the name of the rule that said it in `by`.
//  4. Our own compositions are not raced against the deadline, and their outcomes are not validated again: each of their rules is.
//     Compositions of users are leaves here.
//  5. `broken` alone unwraps a `RuleError`, so that the log names the rule that broke and not the compositions around it.
//  6. The `NotDoneError` of a rule that never began is a message to the ledger: the effect certainly did not happen.
//  7. The outermost rule has no path and no line in the trace. It is the handler itself.
//  8. Paths (`1.0`) and the kinds of rules are read by `lifeguard explain`, `replay` and `doctor`. A composition hands over the index of
//     a child; without one, the rules that it runs are numbered in order.

import { answerOf } from './condition.ts'
import type { Decision, Denied, Failed, Proceed, RuleObserver, TraceEntry } from './decision.ts'
import { DeadlineExceededError, NotDoneError, RuleError, reasonOf } from './errors.ts'
import {
  andThen,
  type Clock,
  createContext,
  type Deadline,
  isThenable,
  type MaybePromise,
  narrowContext,
  processClock,
} from './invocation.ts'
import { type AnyOutcome, type ErrorVerdict, isOfPhase, isReason, type Skip, type Verdict, validateOutcome } from './outcome.ts'
import { OURS, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import type { RuleContext, Trigger, TriggerContract } from './trigger.ts'

/** How a composition is run. */
export interface DecideOptions extends RuleObserver {
  readonly contract: TriggerContract
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
 * @example
 * const decision = await decide(chain(allowEmailDomains('example.com')), event, { contract, deadline })
 */
export async function decide<T extends Trigger>(rule: Rule<T>, event: T['event'], options: DecideOptions): Promise<Decision<T>> {
  const { contract, deadline, clock = processClock } = options
  const engine: Engine = { contract, clock, observer: options, trace: startTrace(), deferred: [] }
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
      return { kind: 'denied', rule: verdict.by ?? 'unknown', reason: verdict.reason, message: verdict.message }
    case 'error':
      return { kind: 'failed', rule: verdict.by ?? 'unknown', error: verdict.error }
    default:
      return { kind: 'proceed', rule: verdict.kind === 'allow' ? (verdict.by ?? 'unknown') : null, response: verdict.response ?? {} }
  }
}

/** What all rules of an invocation share. */
interface Engine {
  readonly observer: RuleObserver
  readonly contract: TriggerContract
  readonly clock: Clock
  readonly trace: TraceWriter
  /** Rules to run once the decision stands. */
  readonly deferred: ((deadline: Deadline) => unknown)[]
}

/** A rule that is running: where it stands, and what holds there. */
interface Frame {
  readonly rule: RuleNode
  /** Absent for the outermost rule, which is not traced: it is the handler itself. */
  readonly path?: string
  readonly deadline: Deadline
  /** What the nearest failOpen or failClosed around it says. */
  readonly onError?: 'fail' | 'continue' | undefined
  readonly shadow?: true | undefined
  /** The index of the next child that is run without one. */
  next: number
}

/** Runs one rule and everything inside it. Never throws. */
function evaluate<T extends Trigger>(
  engine: Engine,
  rule: Rule<T>,
  ctx: RuleContext<T>,
  frame: Frame,
  over?: object,
): MaybePromise<Verdict<T>> {
  const { path } = frame
  if (path === undefined) return attempt(engine, rule, ctx, frame)
  const began = engine.clock.now()
  const line = engine.trace.start()
  return andThen(attempt(engine, rule, ctx, frame), (verdict) => {
    const ms = engine.clock.now() - began
    const begun = frame.shadow ? ({ rule: rule.name, path, ms, shadow: true } as const) : { rule: rule.name, path, ms }
    engine.trace.fill(line, traceEntry(verdict, begun, over))
    return verdict
  })
}

function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: RuleContext<T>, frame: Frame): MaybePromise<Verdict<T>> {
  try {
    // A rule that never began certainly did nothing, which an effect in a ledger has to know.
    if (frame.deadline.remainingMs() <= 0) throw new NotDoneError(new DeadlineExceededError())
    const said = rule.evaluate(ctx, runOf(engine, frame))
    return isThenable(said) ? settled<T>(engine, frame, said) : inTime<T>(engine, frame, said)
  } catch (error) {
    return broken(engine, error, frame)
  }
}

async function settled<T extends Trigger>(engine: Engine, frame: Frame, said: Promise<AnyOutcome<T>>): Promise<Verdict<T>> {
  try {
    // A composition waits for its rules, each of which is cut off at the deadline itself: racing the composition too
    // would blame it, and a post chain would stop instead of going on to the rules that still have time.
    return inTime<T>(engine, frame, await (isOurs(frame.rule) ? said : frame.deadline.race(said)))
  } catch (error) {
    return broken(engine, error, frame)
  }
}

/**
 * Checks an outcome. One that came after the deadline does not count, since the caller may have given up: a rule that blocks the
 * event loop holds up the deadline's timer too. A denial and work that is done stand as they are.
 */
function inTime<T extends Trigger>(engine: Engine, { rule, path = '', deadline }: Frame, said: AnyOutcome<T>): AnyOutcome<T> {
  // Made of outcomes that were checked already.
  if (isOurs(rule) && isOfPhase(said, engine.contract)) return said.by === undefined ? { ...said, by: rule.name } : said
  const outcome = validateOutcome<T>(said, rule, engine.contract)
  if (outcome.kind !== 'deny' && outcome.kind !== 'done' && deadline.remainingMs() <= 0) throw new DeadlineExceededError()
  if (outcome.kind === 'deny' && outcome.explanation !== undefined && outcome.by === rule.name)
    engine.observer.onExplanation?.({ rule: rule.name, path, explanation: outcome.explanation })
  return outcome
}

/**
 * Whether a rule is a composition made here: it waits for its rules alone, each of which has a deadline, and its outcome is made of
 * theirs. A composition of plain JavaScript may do anything, and so may a copy of ours that runs something else.
 */
function isOurs(rule: RuleNode): boolean {
  return rule.children !== undefined && OURS in rule && 'evaluate' in rule && rule[OURS] === rule.evaluate
}

function broken({ observer }: Engine, error: unknown, { rule, path = '', onError }: Frame): ErrorVerdict {
  if (error instanceof RuleError) return error.verdict
  observer.onRuleError?.({ rule: rule.name, path, error: error instanceof NotDoneError ? error.cause : error })
  return { kind: 'error', error, by: rule.name, mustFail: (rule.onError ?? onError) === 'fail' }
}

/** The frame of a child. */
function inside(parent: Frame, child: RuleNode, index: number = parent.next): Frame {
  parent.next = index + 1
  return {
    rule: child,
    path: parent.path === undefined ? `${index}` : `${parent.path}.${index}`,
    deadline: parent.deadline,
    onError: parent.rule.onError ?? parent.onError,
    shadow: parent.shadow,
    next: 0,
  }
}

/** What a rule sees of the engine. */
function runOf(engine: Engine, frame: Frame): Run {
  const { deadline } = frame
  return {
    phase: engine.contract.phase,
    remainingMs: deadline.remainingMs,
    wait: deadline.race,
    ask(condition, ctx) {
      const answer = andThen(answerOf(condition, ctx), (given) => {
        // As with an outcome: the timer is late where the condition blocked the event loop.
        if (deadline.remainingMs() <= 0) throw new DeadlineExceededError()
        return given
      })
      return isThenable(answer) ? deadline.race(answer) : answer
    },
    evaluate<T extends Trigger>(child: Rule<T>, ctx: RuleContext<T>, share?: Share): MaybePromise<Verdict<T>> {
      const place = inside(frame, child, share?.index)
      if (share?.withinMs === undefined) return evaluate(engine, child, ctx, place, share?.over)
      const part = deadline.within(share.withinMs)
      return andThen(evaluate(engine, child, narrowContext(ctx, part), { ...place, deadline: part }, share.over), (verdict) => {
        part.close()
        return verdict
      })
    },
    defer(child, ctx) {
      const place = inside(frame, child)
      engine.deferred.push((part) => evaluate(engine, child, narrowContext(ctx, part), { ...place, deadline: part, shadow: true }))
    },
  }
}

/** A trace in the making: rules stand in the order in which they started, so that it reads like the composition. */
interface TraceWriter {
  /** Takes the next line for a rule, to be filled in when the rule has ended. */
  readonly start: () => number
  readonly fill: (line: number, entry: TraceEntry) => void
  readonly entries: () => readonly TraceEntry[]
}

/** Starts an empty trace. */
function startTrace(): TraceWriter {
  const lines: (TraceEntry | undefined)[] = []
  return {
    start: () => lines.push(undefined) - 1,
    fill: (line, entry) => {
      lines[line] = entry
    },
    entries: () => lines.filter((line) => line !== undefined),
  }
}

/** What a line tells besides what the rule said. */
type Begun = Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'shadow'>

/**
 * A rule's line, once its verdict is known.
 *
 * @param over What the rules before it have put into the answer.
 */
function traceEntry<T extends Trigger>(verdict: Verdict<T>, begun: Begun, over: object | undefined): TraceEntry {
  switch (verdict.kind) {
    case 'error':
      return { ...begun, outcome: 'error', reason: reasonOf(verdict.error), error: verdict.error }
    case 'deny':
      return {
        ...begun,
        outcome: 'deny',
        reason: verdict.reason,
        ...(verdict.detail !== undefined && { detail: verdict.detail }),
        ...(verdict.explanation !== undefined && { explanation: verdict.explanation }),
      }
    default: {
      const reason = verdict.kind === 'skip' ? whyOf(verdict) : undefined
      const said = reason === undefined ? { ...begun, outcome: verdict.kind } : { ...begun, outcome: verdict.kind, reason }
      if (over === undefined || verdict.response === undefined) return said
      const overrides = Object.keys(verdict.response).filter((field) => Object.hasOwn(over, field))
      return overrides.length > 0 ? { ...said, overrides } : said
    }
  }
}

/** Reasons are logged: one that is made of something else, such as an attribute, must not be. */
function whyOf({ why }: Pick<Skip, 'why'>): string | undefined {
  return why === undefined || isReason(why) ? why : 'unnamed'
}
