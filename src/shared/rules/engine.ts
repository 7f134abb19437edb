import { Breakage } from './breakage.ts'
import { type Allowed, checked } from './checked.ts'
import { answerOf } from './condition.ts'
import { type Context, narrowContext } from './context.ts'
import { type Clock, type Deadline, DeadlineExceeded } from './deadline.ts'
import { NotDone } from './not-done.ts'
import { type AnyOutcome, type Broken, isReason, type Skip, type Verdict } from './outcome.ts'
import { reasonOf } from './reason.ts'
import { hasTimedRules, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import { andThen, isThenable, type Soon } from './soon.ts'
import type { TraceEntry, TraceWriter } from './trace.ts'
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

/** Where in the composition a rule stands, and what holds there. */
export interface Scope {
  /** Absent for the outermost rule, which is not traced: it is the handler itself. */
  readonly path?: string
  readonly deadline: Deadline
  /** What the nearest failOpen or failClosed around it says. */
  readonly onError?: 'fail' | 'continue' | undefined
  readonly shadow?: true | undefined
}

/** What a line of the trace tells besides what the rule said. */
type Begun = Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'shadow'>

/** Runs one rule and everything inside it. Never throws. */
export function evaluate<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: Context<T>, scope: Scope, over?: object): Soon<Verdict<T>> {
  const { path } = scope
  if (path === undefined) return attempt(engine, rule, ctx, scope)
  const began = engine.clock.now()
  const line = engine.trace.start()
  return andThen(attempt(engine, rule, ctx, scope), (verdict) => {
    const ms = engine.clock.now() - began
    engine.trace.fill(
      line,
      traced(verdict, scope.shadow ? { rule: rule.name, path, ms, shadow: true } : { rule: rule.name, path, ms }, over),
    )
    return verdict
  })
}

function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: Context<T>, scope: Scope): Soon<Verdict<T>> {
  try {
    // A rule that never began certainly did nothing, which an effect in a ledger has to know.
    if (scope.deadline.remainingMs() <= 0) throw new NotDone(new DeadlineExceeded())
    const said = rule.evaluate(ctx, runOf(engine, rule, scope))
    return isThenable(said) ? settled<T>(engine, rule, scope, said) : inTime<T>(engine, rule, scope, said)
  } catch (error) {
    return broken(engine, error, rule, scope)
  }
}

async function settled<T extends Trigger>(engine: Engine, rule: Rule<T>, scope: Scope, said: Promise<AnyOutcome<T>>): Promise<Verdict<T>> {
  try {
    // A composition waits for its rules, each of which is cut off at the deadline itself: racing the composition too
    // would blame it, and a post chain would stop instead of going on to the rules that still have time.
    return inTime<T>(engine, rule, scope, await (hasTimedRules(rule) ? said : scope.deadline.race(said)))
  } catch (error) {
    return broken(engine, error, rule, scope)
  }
}

/**
 * Checks an outcome. One that came after the deadline does not count, since the caller may have given up: a rule that blocks the
 * event loop holds up the deadline's timer too. A denial and work that is done stand as they are.
 */
function inTime<T extends Trigger>(engine: Engine, rule: RuleNode, scope: Scope, said: AnyOutcome<T>): AnyOutcome<T> {
  const outcome = checked<T>(said, rule, engine.allowed)
  const counts = outcome.kind === 'deny' || outcome.kind === 'done' || hasTimedRules(rule)
  if (!counts && scope.deadline.remainingMs() <= 0) throw new DeadlineExceeded()
  if (outcome.kind === 'deny' && outcome.explanation !== undefined && outcome.by === rule.name)
    engine.observer.onExplanation?.({ rule: rule.name, path: scope.path ?? '', explanation: outcome.explanation })
  return outcome
}

function broken({ observer }: Engine, error: unknown, rule: RuleNode, scope: Scope): Broken {
  if (error instanceof Breakage) return error.verdict
  observer.onRuleError?.({ rule: rule.name, path: scope.path ?? '', error: error instanceof NotDone ? error.cause : error })
  return { kind: 'broken', error, by: rule.name, sealed: (rule.onError ?? scope.onError) === 'fail' }
}

/** A rule that is running, from which its children are found. */
interface Running {
  readonly rule: RuleNode
  readonly scope: Scope
  /** One rule can stand in a composition twice; the second time it runs it is the next of the two. */
  next: number
}

/** Where a child of a running rule stands. */
function inside(running: Running, child: RuleNode): Scope {
  const { rule, scope } = running
  const place = Math.max(0, rule.children?.indexOf(child, running.next) ?? 0)
  running.next = place + 1
  return {
    path: scope.path === undefined ? `${place}` : `${scope.path}.${place}`,
    deadline: scope.deadline,
    onError: rule.onError ?? scope.onError,
    shadow: scope.shadow,
  }
}

/** What a rule sees of the engine. */
function runOf(engine: Engine, rule: RuleNode, scope: Scope): Run {
  const running: Running = { rule, scope, next: 0 }
  return {
    phase: engine.allowed.phase,
    remainingMs: scope.deadline.remainingMs,
    wait: scope.deadline.race,
    ask(condition, ctx) {
      const answer = andThen(answerOf(condition, ctx), (given) => {
        // As with an outcome: the timer is late where the condition blocked the event loop.
        if (scope.deadline.remainingMs() <= 0) throw new DeadlineExceeded()
        return given
      })
      return isThenable(answer) ? scope.deadline.race(answer) : answer
    },
    evaluate<T extends Trigger>(child: Rule<T>, ctx: Context<T>, share?: Share): Soon<Verdict<T>> {
      const place = inside(running, child)
      if (share?.withinMs === undefined) return evaluate(engine, child, ctx, place, share?.over)
      const deadline = scope.deadline.within(share.withinMs)
      return andThen(evaluate(engine, child, narrowContext(ctx, deadline), { ...place, deadline }, share.over), (verdict) => {
        deadline.close()
        return verdict
      })
    },
    defer(child, ctx) {
      engine.deferred.push((deadline) =>
        evaluate(engine, child, narrowContext(ctx, deadline), { ...inside(running, child), deadline, shadow: true }),
      )
    },
  }
}

/** A rule's line in the trace, once its verdict is known. */
function traced<T extends Trigger>(verdict: Verdict<T>, line: Begun, over: object | undefined): TraceEntry {
  switch (verdict.kind) {
    case 'broken':
      return { ...line, outcome: 'broken', reason: reasonOf(verdict.error), error: verdict.error }
    case 'deny':
      return {
        ...line,
        outcome: 'deny',
        reason: verdict.reason,
        ...(verdict.detail !== undefined && { detail: verdict.detail }),
        ...(verdict.explanation !== undefined && { explanation: verdict.explanation }),
      }
    default: {
      const reason = verdict.kind === 'skip' ? whyOf(verdict) : undefined
      const said = reason === undefined ? { ...line, outcome: verdict.kind } : { ...line, outcome: verdict.kind, reason }
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
