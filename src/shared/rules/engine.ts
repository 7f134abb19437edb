// Invariants
//  1. The synchronous path stays synchronous. A synchronous rule creates no promise and no turn of the event loop, so that a decision
//     takes 4 us. Therefore `evaluate` and `attempt` use `andThen`, and never `await`.
//  2. `evaluate` never throws. If a rule throws, times out or returns an invalid outcome, its verdict is an `error`.
//  3. `validateInTime` validates the outcome of each rule, and sets `by` to the name of the rule. It freezes every answer, and
//     encodes it once. Therefore, if an answer cannot be encoded for Cognito, the rule that returned it has an error.
//  4. The engine does not race our own compositions against the deadline, and does not validate their outcomes, because it races and
//     validates each of their rules. It treats a custom composition like a single rule.
//  5. Only `toErrorVerdict` unwraps a `RuleError`, so that the log names the rule that failed and not the compositions around it.
//  6. A rule that never began has a `NotDoneError`, so that the ledger can record that the effect certainly did not happen.
//  7. The outermost rule has no path and no trace entry. It is the handler itself.
//  8. `lifeguard explain`, `replay` and `doctor` read paths (`1.0`) and the kinds of rules. A composition passes the index of a child.
//     Without an index, the engine numbers the children in the order in which they run.
//  9. Reservations are made after every rule has passed. A denial or an error drops the reservations of the rules inside it.

import type { CognitoEvent } from '../cognito/event.ts'
import { commitAll, type Pending } from './commit.ts'
import { evaluateCondition } from './condition.ts'
import { type Decision, type Denied, type Failed, HANDLER, type Proceed, type RuleObserver, type TraceEntry } from './decision.ts'
import { DeadlineExceededError, NotDoneError, RuleError, toErrorReason } from './errors.ts'
import {
  andThen,
  type Clock,
  createContext,
  type Deadline,
  frozenCopy,
  isObject,
  isThenable,
  type MaybePromise,
  narrowContext,
  processClock,
} from './invocation.ts'
import {
  type AnyOutcome,
  type Deny,
  type ErrorVerdict,
  isPermitted,
  isReason,
  type Passed,
  type Verdict,
  validateOutcome,
} from './outcome.ts'
import { OURS, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import type { CognitoResponse, OnError, RuleContext, Trigger, TriggerContract } from './trigger.ts'

/** The options of `decide`. */
export interface DecideOptions extends RuleObserver {
  readonly contract: TriggerContract
  readonly deadline: Deadline
  readonly clock?: Clock
}

// The time limit of all shadow rules together. It is short because shadow rules delay the response, but long enough for a lookup.
const SHADOW_PART = 1 / 4
const SHADOW_MAX_MS = 500

/**
 * Runs a composition on an event, and returns the decision.
 *
 * @param event Not modified: rules get a frozen copy.
 * @example
 * const decision = await decide(chain(allowEmailDomains('example.com')), event, { contract, deadline })
 */
export async function decide<T extends Trigger>(rule: Rule<T>, event: T['event'], options: DecideOptions): Promise<Decision<T>> {
  const { contract, deadline, clock = processClock } = options
  const engine: Engine = { contract, clock, observer: options, trace: startTrace(), deferred: [], pending: [] }
  const ctx = createContext<T>(event, deadline, contract)
  const verdict = await evaluate(engine, rule, ctx, { rule, deadline, next: 0 })
  let decision = decisionFrom(engine, verdict, ctx)
  if (decision.kind === 'proceed' && engine.pending.length > 0) {
    const refused = await commitAll(engine.pending, { deadline, clock, contract, add: engine.trace.add })
    if (refused !== undefined) decision = decisionFrom(engine, refused, ctx)
  }
  if (engine.deferred.length > 0) await runDeferred(engine, deadline, decision)
  return { ...decision, trace: engine.trace.entries() }
}

async function runDeferred(engine: Engine, deadline: Deadline, decision: Proceed | Denied | Failed): Promise<void> {
  const isDue = ({ denial }: Deferred): boolean =>
    denial === undefined || (decision.kind === 'denied' && decision.rule === denial.by && decision.reason === denial.reason)
  const part = deadline.within(Math.min(deadline.remainingMs() * SHADOW_PART, SHADOW_MAX_MS))
  // Loop until the list is empty, because a shadow inside a shadow is added while the outer shadow runs.
  while (engine.deferred.length > 0)
    await Promise.all(
      engine.deferred
        .splice(0)
        .filter(isDue)
        .map(({ start }) => start(part)),
    )
  part.close()
}

function decisionFrom<T extends Trigger>(engine: Engine, verdict: Verdict<T>, ctx: RuleContext<T>): Proceed<T> | Denied | Failed {
  if (verdict.kind === 'deny') {
    const response = engine.contract.encodeDenial?.(ctx.event)
    const { by: rule = 'unknown', reason, message, code, field, quiet } = verdict
    const coded = code === undefined ? undefined : { code, ...(field !== undefined && { field }), ...(quiet && { quiet }) }
    return { kind: 'denied', rule, reason, message, ...coded, ...(response && { response }) }
  }
  // An error that does not fail the invocation counts as a skip, because the trigger continues on errors.
  if (verdict.kind === 'error' && (verdict.mustFail || engine.contract.onError === 'fail'))
    return { kind: 'failed', rule: verdict.by ?? 'unknown', error: verdict.error }
  const { by = 'unknown', kind, answer }: Passed<T> = verdict.kind === 'error' ? { kind: 'skip' } : verdict
  const rule = kind === 'allow' ? by : null
  try {
    const response = encode(engine.contract, answer, ctx.event)
    return answer === undefined ? { kind: 'proceed', rule, response } : { kind: 'proceed', rule, response, answer }
  } catch (error) {
    // Each answer was already encoded separately. Encoding fails here only for a combined answer, or for a missing answer that the trigger
    // requires.
    if (engine.contract.onError === 'fail') return { kind: 'failed', rule: HANDLER, error }
    engine.trace.add({ rule: HANDLER, path: '', ms: 0, outcome: 'error', reason: toErrorReason(error), error })
    return { kind: 'proceed', rule, response: {} }
  }
}

function encode({ answers }: TriggerContract, answer: unknown, event: CognitoEvent): CognitoResponse {
  return answers?.encode(answer, event) ?? {}
}

/** The state that all rules of an invocation share. */
interface Engine {
  readonly observer: RuleObserver
  readonly contract: TriggerContract
  readonly clock: Clock
  readonly trace: TraceWriter
  /** Rules to run after the decision: those of shadows, and those that publish a denial. */
  readonly deferred: Deferred[]
  /** Reservations to make after every rule has passed. */
  pending: Pending[]
}

/** A rule that runs after the decision. If it has a denial, it runs only if this denial is the decision. */
interface Deferred {
  readonly start: (deadline: Deadline) => unknown
  readonly denial: Pick<Deny, 'by' | 'reason'> | undefined
}

/** A running rule, with its position in the composition and its settings. */
interface Frame {
  readonly rule: RuleNode
  /** Undefined for the outermost rule, which is the handler itself and has no trace entry. */
  readonly path?: string
  readonly deadline: Deadline
  /** The error mode of the nearest `failOpen` or `failClosed` around the rule. */
  readonly onError?: OnError | undefined
  /** The time limit of that `failOpen`. */
  readonly withinMs?: number | undefined
  readonly shadow?: true | undefined
  /** The combined answer of all earlier rules, including the rules before the composition around this rule. */
  readonly answered?: unknown
  /** The index of the next child that runs without an explicit index. */
  next: number
}

/** Runs a rule and the rules inside it, and adds their trace entries. Never throws. */
function evaluate<T extends Trigger>(
  engine: Engine,
  rule: Rule<T>,
  ctx: RuleContext<T>,
  frame: Frame,
  mustAllow?: true,
): MaybePromise<Verdict<T>> {
  const { path } = frame
  if (path === undefined) return attempt(engine, rule, ctx, frame)
  const began = engine.clock.now()
  const line = engine.trace.start()
  return andThen(attempt(engine, rule, ctx, frame), (verdict) => {
    const ms = engine.clock.now() - began
    const entry = frame.shadow ? ({ rule: rule.name, path, ms, shadow: true } as const) : { rule: rule.name, path, ms }
    engine.trace.fill(line, createTraceEntry(verdict, entry, findOverrides(engine, verdict, frame)))
    keepReservations(engine, rule, ctx, frame, verdict, mustAllow)
    return verdict
  })
}

function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: RuleContext<T>, frame: Frame): MaybePromise<Verdict<T>> {
  try {
    // Throw a `NotDoneError`, so that the ledger records that the effect certainly did not happen.
    if (frame.deadline.remainingMs() <= 0) throw new NotDoneError(new DeadlineExceededError())
    if (isAnsweredAlready(engine, frame)) return { kind: 'skip', by: rule.name, reason: 'answered-already' }
    const outcome = rule.evaluate(ctx, createRun(engine, frame))
    return isThenable(outcome) ? awaitOutcome(engine, frame, ctx, outcome) : validateInTime<T>(engine, frame, ctx, outcome)
  } catch (error) {
    return toErrorVerdict(error, frame)
  }
}

/** Returns true if the engine can skip a rule: the rule can only answer, and the trigger keeps the answer of an earlier rule. */
function isAnsweredAlready({ contract }: Engine, { rule, answered }: Frame): boolean {
  if (answered === undefined || !contract.answers?.firstStands) return false
  return rule.can?.every((ability) => ability === 'answer') ?? false
}

async function awaitOutcome<T extends Trigger>(
  engine: Engine,
  frame: Frame,
  ctx: RuleContext<T>,
  outcome: Promise<AnyOutcome<T>>,
): Promise<Verdict<T>> {
  try {
    // Do not race our compositions, because each of their rules is raced. Otherwise the timeout would name the composition
    // instead of the rule, and a chain of a working trigger would stop before the rules that still have time.
    return validateInTime<T>(engine, frame, ctx, await (isOurs(frame.rule) ? outcome : frame.deadline.race(outcome)))
  } catch (error) {
    return toErrorVerdict(error, frame)
  }
}

/**
 * Validates an outcome. Throws if the rule returned the outcome after the deadline, unless the outcome is `deny` or `done`. The deadline's
 * timer is not enough, because a rule that blocks the event loop also delays that timer.
 */
function validateInTime<T extends Trigger>(engine: Engine, frame: Frame, ctx: RuleContext<T>, returned: AnyOutcome<T>): AnyOutcome<T> {
  const { rule, path = '', deadline } = frame
  // Do not validate the outcome of our composition, because the engine has already validated the outcomes of its rules.
  if (isOurs(rule) && isPermitted(returned.kind, engine.contract))
    return returned.by === undefined ? { ...returned, by: rule.name } : returned
  const outcome = validateOutcome<T>(returned, rule, engine.contract)
  if (outcome.kind !== 'deny' && outcome.kind !== 'done' && deadline.remainingMs() <= 0) throw new DeadlineExceededError()
  if (outcome.kind === 'deny' || outcome.answer === undefined) return outcome
  const answer = frozenCopy(outcome.answer)
  encode(engine.contract, answer, ctx.event)
  engine.observer.onAnswer?.({ rule: rule.name, path, answer })
  return { ...outcome, answer }
}

/**
 * Returns true if one of our combinators made this composition. Such a composition only awaits its rules, and derives its outcome from
 * their outcomes. A custom composition, or a modified copy of ours, may do anything.
 */
function isOurs(rule: RuleNode): boolean {
  return rule.children !== undefined && OURS in rule && 'evaluate' in rule && rule[OURS] === rule.evaluate
}

function toErrorVerdict(error: unknown, { rule, onError }: Frame): ErrorVerdict {
  if (error instanceof RuleError) return error.verdict
  return { kind: 'error', error, by: rule.name, mustFail: (rule.onError ?? onError) === 'fail' }
}

/**
 * Adds the reservation of a rule that passed. Removes the reservations inside a rule that denied, failed, or did not allow although it
 * must.
 */
function keepReservations<T extends Trigger>(
  engine: Engine,
  rule: Rule<T>,
  ctx: RuleContext<T>,
  { path = '', onError, withinMs, shadow }: Frame,
  { kind }: Verdict<T>,
  mustAllow: true | undefined,
): void {
  const isKept = kind !== 'deny' && kind !== 'error' && (mustAllow === undefined || kind === 'allow')
  if (!isKept && engine.pending.length > 0) engine.pending = engine.pending.filter((each) => !each.path.startsWith(`${path}.`))
  const { commit } = rule
  if (!isKept || commit === undefined || shadow) return
  const invocation = ctx.invocation ?? ctx
  engine.pending.push({
    rule: rule.name,
    path,
    onError,
    withinMs,
    reserve: (deadline) => commit.reserve(deadline === undefined ? invocation : narrowContext(invocation, deadline)),
    release: () => commit.release(invocation),
  })
}

/** Creates the frame of a child. */
function createChildFrame({ contract }: Engine, parent: Frame, child: RuleNode, share: Share = {}): Frame {
  const { index = parent.next } = share
  const [before, own] = [parent.answered, share.answered]
  parent.next = index + 1
  return {
    rule: child,
    path: parent.path === undefined ? `${index}` : `${parent.path}.${index}`,
    deadline: parent.deadline,
    onError: parent.rule.onError ?? parent.onError,
    withinMs: parent.rule.onError === undefined ? parent.withinMs : parent.rule.withinMs,
    shadow: parent.shadow,
    answered: before === undefined || own === undefined ? (own ?? before) : combine<unknown>(contract, before, own),
    next: 0,
  }
}

/** Returns the context whose user has the changes of an earlier answer, in a trigger whose `userOf` reads the answer. */
function afterAnswer<T extends Trigger>({ contract }: Engine, ctx: RuleContext<T>, answered: unknown): RuleContext<T> {
  if (answered === undefined || contract.userOf === undefined) return ctx
  return narrowContext(ctx, { signal: () => ctx.signal }, contract.userOf(ctx.event, answered))
}

/** Creates the engine's functions for one rule. */
function createRun(engine: Engine, frame: Frame): Run {
  const { deadline } = frame
  return {
    contract: engine.contract,
    remainingMs: deadline.remainingMs,
    combine: (earlier, later) => combine(engine.contract, earlier, later),
    wait: deadline.race,
    ask(condition, ctx) {
      const result = andThen(evaluateCondition(condition, ctx), (holds) => {
        // Check the deadline again, because a condition that blocks the event loop also delays the deadline's timer.
        if (deadline.remainingMs() <= 0) throw new DeadlineExceededError()
        return holds
      })
      return isThenable(result) ? deadline.race(result) : result
    },
    evaluate(child, ctx, share) {
      const place = createChildFrame(engine, frame, child, share)
      const changed = afterAnswer(engine, ctx, place.answered)
      if (share?.withinMs === undefined) return evaluate(engine, child, changed, place, share?.mustAllow)
      const part = deadline.within(share.withinMs)
      return andThen(evaluate(engine, child, narrowContext(changed, part), { ...place, deadline: part }, share.mustAllow), (verdict) => {
        part.close()
        return verdict
      })
    },
    defer(child, ctx, denial) {
      const place = { ...createChildFrame(engine, frame, child), shadow: true, answered: undefined } as const
      const start = (part: Deadline): unknown => evaluate(engine, child, narrowContext(ctx, part), { ...place, deadline: part })
      engine.deferred.push({ start, denial })
    },
  }
}

function combine<A>({ answers }: TriggerContract, earlier: A, later: A): A {
  // The cast is safe, because a trigger's `combine` returns the type of its arguments. `TriggerContract` does not have that type.
  return answers === undefined || answers.firstStands ? earlier : (answers.combine(earlier, later) as A)
}

/** Returns the fields of earlier answers that this rule's answer changed. */
function findOverrides<T extends Trigger>({ contract }: Engine, verdict: Verdict<T>, { answered }: Frame): readonly string[] {
  if (answered === undefined || verdict.kind === 'deny' || verdict.kind === 'error' || verdict.answer === undefined) return []
  const combined: unknown = combine<unknown>(contract, answered, verdict.answer)
  if (!isObject(answered) || !isObject(combined)) return []
  return Object.keys(answered).filter((field) => !isKept(answered[field], combined[field]))
}

/** Returns true if `after` still contains everything in `before`. It may have more keys or items. */
function isKept(before: unknown, after: unknown): boolean {
  if (Array.isArray(before)) return Array.isArray(after) && before.every((each) => after.some((other) => isKept(each, other)))
  if (isObject(before)) return isObject(after) && Object.keys(before).every((key) => isKept(before[key], after[key]))
  return Object.is(before, after)
}

/** Collects trace entries in the order in which the rules started, so that the trace has the order of the composition. */
interface TraceWriter {
  /** Reserves the next place in the trace for a rule. `fill` adds the entry when the rule has ended. */
  readonly start: () => number
  readonly fill: (line: number, entry: TraceEntry) => void
  readonly add: (entry: TraceEntry) => void
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
    add: (entry) => void lines.push(entry),
    entries: () => lines.filter((line) => line !== undefined),
  }
}

/** The fields of a trace entry that do not depend on the verdict. */
type EntryBase = Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'shadow'>

/** Creates the trace entry of a rule. */
function createTraceEntry<T extends Trigger>(verdict: Verdict<T>, base: EntryBase, overrides: readonly string[]): TraceEntry {
  switch (verdict.kind) {
    case 'error':
      return { ...base, outcome: 'error', reason: toErrorReason(verdict.error), error: verdict.error }
    case 'deny':
      return {
        ...base,
        outcome: 'deny',
        reason: verdict.reason,
        ...(verdict.detail !== undefined && { detail: verdict.detail }),
        ...(verdict.explanation !== undefined && { explanation: verdict.explanation }),
      }
    default: {
      const { kind, reason, explanation } = verdict
      const outcome =
        reason === undefined || kind === 'allow' ? { ...base, outcome: kind } : { ...base, outcome: kind, reason: toSafeReason(reason) }
      const entry = typeof explanation === 'string' ? { ...outcome, explanation } : outcome
      return overrides.length > 0 ? { ...entry, overrides } : entry
    }
  }
}

/**
 * Returns the reason if it is an identifier, and `unnamed` otherwise. Any other string may contain an attribute, which must not be logged.
 */
function toSafeReason(reason: string): string {
  return isReason(reason) ? reason : 'unnamed'
}
