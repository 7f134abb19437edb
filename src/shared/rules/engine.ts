import { Breakage } from './breakage.ts'
import { type Allowed, checked } from './checked.ts'
import { answerOf } from './condition.ts'
import { type Context, narrowContext } from './context.ts'
import { type Clock, type Deadline, DeadlineExceeded } from './deadline.ts'
import { NotDone } from './not-done.ts'
import { isReason, type Verdict } from './outcome.ts'
import { reasonOf } from './reason.ts'
import { isComposition, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import type { TraceEntry, TraceWriter } from './trace.ts'
import type { Trigger } from './trigger.ts'

/** What all rules of an invocation share. */
export interface Engine {
  readonly allowed: Allowed
  readonly clock: Clock
  readonly trace: TraceWriter
  /** Rules to run once the decision stands. */
  readonly deferred: ((deadline: Deadline) => Promise<unknown>)[]
}

/** Where in the composition a rule stands, and what holds there. */
export interface Scope {
  /** Absent for the outermost rule, which is not traced: it is the handler itself. */
  readonly path?: string
  readonly deadline: Deadline
  /** What the nearest failOpen or failClosed around it says. */
  readonly onError?: 'fail' | 'continue'
  readonly shadow?: true
}

/** Runs one rule and everything inside it. Never throws. */
export async function evaluate<T extends Trigger>(
  engine: Engine,
  rule: Rule<T>,
  ctx: Context<T>,
  scope: Scope,
  over?: object,
): Promise<Verdict<T>> {
  const began = engine.clock.now()
  const write = scope.path === undefined ? undefined : engine.trace.start()
  const verdict = await attempt(engine, rule, ctx, scope)
  write?.({
    rule: rule.name,
    path: scope.path ?? '',
    ms: engine.clock.now() - began,
    ...describe(verdict, over),
    ...(scope.shadow && { shadow: true }),
  })
  return verdict
}

async function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: Context<T>, scope: Scope): Promise<Verdict<T>> {
  try {
    // A rule that never began certainly did nothing, which an effect in a ledger has to know.
    if (scope.deadline.remainingMs() <= 0) throw new NotDone(new DeadlineExceeded())
    const said = rule.evaluate(ctx, runOf(engine, rule, scope))
    // A composition waits for its rules, each of which is cut off at the deadline itself: racing the composition too
    // would blame it, and a post chain would stop instead of going on to the rules that still have time.
    const outcome = isThenable(said) && !isComposition(rule) ? await scope.deadline.race(said) : await said
    return checked<T>(outcome, rule, engine.allowed)
  } catch (error) {
    if (error instanceof Breakage) return error.verdict
    return { kind: 'broken', error, by: rule.name, sealed: (rule.onError ?? scope.onError) === 'fail' }
  }
}

function isThenable<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** What a rule sees of the engine. */
function runOf(engine: Engine, rule: RuleNode, scope: Scope): Run {
  // One rule can stand in a composition twice; the second time it runs it is the next of the two.
  let next = 0
  const placeOf = (child: RuleNode): number => {
    const children = rule.children ?? []
    const place = Math.max(0, children.indexOf(child, next))
    next = place + 1
    return place
  }
  const inner = (child: RuleNode): Scope => {
    const index = placeOf(child)
    const onError = rule.onError ?? scope.onError
    return { ...scope, path: scope.path === undefined ? `${index}` : `${scope.path}.${index}`, ...(onError && { onError }) }
  }
  return {
    phase: engine.allowed.phase,
    remainingMs: scope.deadline.remainingMs,
    wait: scope.deadline.race,
    ask: (condition, ctx) => scope.deadline.race(answerOf(condition, ctx)),
    async evaluate<T extends Trigger>(child: Rule<T>, ctx: Context<T>, share: Share = {}): Promise<Verdict<T>> {
      if (share.withinMs === undefined) return evaluate(engine, child, ctx, inner(child), share.over)
      const deadline = scope.deadline.within(share.withinMs)
      const verdict = await evaluate(engine, child, narrowContext(ctx, deadline), { ...inner(child), deadline }, share.over)
      deadline.close()
      return verdict
    },
    defer(child, ctx) {
      engine.deferred.push((deadline) => evaluate(engine, child, narrowContext(ctx, deadline), { ...inner(child), deadline, shadow: true }))
    },
  }
}

/** A verdict's line in the trace, without what the engine knows anyway. */
function describe<T extends Trigger>(
  verdict: Verdict<T>,
  over: object | undefined,
): Pick<TraceEntry, 'outcome' | 'reason' | 'detail' | 'overrides' | 'error'> {
  switch (verdict.kind) {
    case 'broken':
      return { outcome: 'broken', reason: reasonOf(verdict.error), error: verdict.error }
    case 'deny':
      return { outcome: 'deny', reason: verdict.reason, ...(verdict.detail !== undefined && { detail: verdict.detail }) }
    default: {
      const said = verdict.kind === 'skip' ? verdict.why : undefined
      // Reasons are logged: one that is made of something else, such as an attribute, must not be.
      const why = said === undefined || isReason(said) ? said : 'unnamed'
      const overrides = Object.keys(verdict.response ?? {}).filter((field) => over !== undefined && Object.hasOwn(over, field))
      return { outcome: verdict.kind, ...(why !== undefined && { reason: why }), ...(overrides.length > 0 && { overrides }) }
    }
  }
}
