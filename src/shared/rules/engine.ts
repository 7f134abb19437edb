import { type Allowed, checked, isOfPhase } from './checked.ts'
import { answerOf } from './condition.ts'
import { type Context, narrowContext } from './context.ts'
import type { Clock, Deadline } from './deadline.ts'
import { DeadlineExceededError, NotDoneError, RuleError } from './errors.ts'
import type { AnyOutcome, Broken, Verdict } from './outcome.ts'
import { isOurs, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import { andThen, isThenable, type Soon } from './soon.ts'
import { type TraceWriter, traceEntry } from './trace.ts'
import type { Trigger } from './trigger.ts'

/** A rule that threw, ran out of time or returned an invalid outcome. */
export interface RuleFailure {
  readonly rule: string
  /** Its place in the composition, as in the trace: `1.0`. Empty for the outermost rule. */
  readonly path: string
  /** What it threw. Of an effect that did not happen: what prevented it. */
  readonly error: unknown
}

/** A denial with a text for a developer. */
export interface ExplainedDenial extends Pick<RuleFailure, 'rule' | 'path'> {
  readonly explanation: string
}

/** Gets what a log must not hold, for tools on a developer's machine. Its functions must not throw. Production sets none. */
export interface RuleObserver {
  /** Called once for each rule that breaks, whatever the rules around it make of that. */
  readonly onRuleError?: (failure: RuleFailure) => void
  readonly onExplanation?: (denial: ExplainedDenial) => void
}

/** What all rules of an invocation share. */
export interface Engine {
  readonly observer: RuleObserver
  readonly allowed: Allowed
  readonly clock: Clock
  readonly trace: TraceWriter
  /** Rules to run once the decision stands. */
  readonly deferred: ((deadline: Deadline) => unknown)[]
}

/** A rule that is running: where it stands, and what holds there. */
export interface Frame {
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
export function evaluate<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: Context<T>, frame: Frame, over?: object): Soon<Verdict<T>> {
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

function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: Context<T>, frame: Frame): Soon<Verdict<T>> {
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
  if (isOurs(rule) && isOfPhase(said, engine.allowed)) return said.by === undefined ? { ...said, by: rule.name } : said
  const outcome = checked<T>(said, rule, engine.allowed)
  if (outcome.kind !== 'deny' && outcome.kind !== 'done' && deadline.remainingMs() <= 0) throw new DeadlineExceededError()
  if (outcome.kind === 'deny' && outcome.explanation !== undefined && outcome.by === rule.name)
    engine.observer.onExplanation?.({ rule: rule.name, path, explanation: outcome.explanation })
  return outcome
}

function broken({ observer }: Engine, error: unknown, { rule, path = '', onError }: Frame): Broken {
  if (error instanceof RuleError) return error.verdict
  observer.onRuleError?.({ rule: rule.name, path, error: error instanceof NotDoneError ? error.cause : error })
  return { kind: 'broken', error, by: rule.name, sealed: (rule.onError ?? onError) === 'fail' }
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
    phase: engine.allowed.phase,
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
    evaluate<T extends Trigger>(child: Rule<T>, ctx: Context<T>, share?: Share): Soon<Verdict<T>> {
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
