// Invariants
//  1. The synchronous path stays synchronous. A rule that answers at once takes no promise and no turn of the event loop: 4 us a
//     decision. So `evaluate` and `attempt` use `andThen`, and never `await`.
//  2. `evaluate` never throws. A rule that throws, runs out of time or returns an invalid outcome is an `error`.
//  3. Every outcome that leaves `inTime` is validated and carries the name of the rule that said it in `by`. Every answer of a
//     rule is frozen, and was encoded once, so that an answer which Cognito cannot be given is an error of its rule.
//  4. Our own compositions are not raced against the deadline, and their outcomes are not validated again: each of their rules is.
//     Compositions of users are leaves here.
//  5. `failed` alone unwraps a `RuleError`, so that the log names the rule that failed and not the compositions around it.
//  6. The `NotDoneError` of a rule that never began is a message to the ledger: the effect certainly did not happen.
//  7. The outermost rule has no path and no line in the trace. It is the handler itself.
//  8. Paths (`1.0`) and the kinds of rules are read by `lifeguard explain`, `replay` and `doctor`. A composition hands over the index of
//     a child; without one, the rules that it runs are numbered in order.
//  9. Reservations are made once every rule has passed. A verdict that is a denial or an error drops those of the rules inside it.

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
import { type AnyOutcome, type ErrorVerdict, isPermitted, isReason, type Passed, type Verdict, validateOutcome } from './outcome.ts'
import { OURS, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import type { CognitoResponse, OnError, RuleContext, Trigger, TriggerContract } from './trigger.ts'

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
  const engine: Engine = { contract, clock, observer: options, trace: startTrace(), deferred: [], pending: [] }
  const ctx = createContext<T>(event, deadline, contract)
  const verdict = await evaluate(engine, rule, ctx, { rule, deadline, next: 0 })
  let decision = decisionFrom(engine, verdict, ctx)
  if (decision.kind === 'proceed' && engine.pending.length > 0) {
    const refused = await commitAll(engine.pending, { deadline, clock, contract, observer: options, add: engine.trace.add })
    if (refused !== undefined) decision = decisionFrom(engine, refused, ctx)
  }
  if (engine.deferred.length > 0) await runShadows(engine, deadline)
  return { ...decision, trace: engine.trace.entries() }
}

async function runShadows(engine: Engine, deadline: Deadline): Promise<void> {
  const part = deadline.within(Math.min(deadline.remainingMs() * SHADOW_PART, SHADOW_MAX_MS))
  // A shadow inside a shadow comes in while the first one runs.
  while (engine.deferred.length > 0) await Promise.all(engine.deferred.splice(0).map((start) => start(part)))
  part.close()
}

function decisionFrom<T extends Trigger>(engine: Engine, verdict: Verdict<T>, ctx: RuleContext<T>): Proceed<T> | Denied | Failed {
  if (verdict.kind === 'deny') return { kind: 'denied', rule: verdict.by ?? 'unknown', reason: verdict.reason, message: verdict.message }
  // The outermost chain has passed over whatever may be passed over.
  if (verdict.kind === 'error' && (verdict.mustFail || engine.contract.onError === 'fail'))
    return { kind: 'failed', rule: verdict.by ?? 'unknown', error: verdict.error }
  const { by = 'unknown', kind, answer }: Passed<T> = verdict.kind === 'error' ? { kind: 'skip' } : verdict
  const rule = kind === 'allow' ? by : null
  try {
    const response = encode(engine.contract, answer, ctx.event)
    return answer === undefined ? { kind: 'proceed', rule, response } : { kind: 'proceed', rule, response, answer }
  } catch (error) {
    // Each answer could be encoded alone, so it takes two to come here, or a trigger that wants one.
    engine.observer.onRuleError?.({ rule: HANDLER, path: '', error })
    if (engine.contract.onError === 'fail') return { kind: 'failed', rule: HANDLER, error }
    engine.trace.add({ rule: HANDLER, path: '', ms: 0, outcome: 'error', reason: toErrorReason(error), error })
    return { kind: 'proceed', rule, response: {} }
  }
}

function encode({ answers }: TriggerContract, answer: unknown, event: CognitoEvent): CognitoResponse {
  return answers?.encode(answer, event) ?? {}
}

/** What all rules of an invocation share. */
interface Engine {
  readonly observer: RuleObserver
  readonly contract: TriggerContract
  readonly clock: Clock
  readonly trace: TraceWriter
  /** Rules to run once the decision stands. */
  readonly deferred: ((deadline: Deadline) => unknown)[]
  /** Reservations to make once every rule has passed. */
  pending: Pending[]
}

/** A rule that is running: where it stands, and what holds there. */
interface Frame {
  readonly rule: RuleNode
  /** Absent for the outermost rule, which is not traced: it is the handler itself. */
  readonly path?: string
  readonly deadline: Deadline
  /** What the nearest failOpen or failClosed around it says. */
  readonly onError?: OnError | undefined
  readonly shadow?: true | undefined
  /** What the rules before it have answered, those around its composition included. */
  readonly answered?: unknown
  /** The index of the next child that is run without one. */
  next: number
}

/** Runs one rule and everything inside it. Never throws. */
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
    const begun = frame.shadow ? ({ rule: rule.name, path, ms, shadow: true } as const) : { rule: rule.name, path, ms }
    engine.trace.fill(line, traceEntry(verdict, begun, overriddenBy(engine, verdict, frame)))
    keepReservations(engine, rule, ctx, frame, verdict, mustAllow)
    return verdict
  })
}

function attempt<T extends Trigger>(engine: Engine, rule: Rule<T>, ctx: RuleContext<T>, frame: Frame): MaybePromise<Verdict<T>> {
  try {
    // A rule that never began certainly did nothing, which an effect in a ledger has to know.
    if (frame.deadline.remainingMs() <= 0) throw new NotDoneError(new DeadlineExceededError())
    if (isAnsweredAlready(engine, frame)) return { kind: 'skip', by: rule.name, reason: 'answered-already' }
    const said = rule.evaluate(ctx, createRun(engine, frame))
    return isThenable(said) ? whenSettled(engine, frame, ctx, said) : inTime<T>(engine, frame, ctx, said)
  } catch (error) {
    return failed(engine, error, frame)
  }
}

/** Whether a rule could do nothing but answer, in a trigger where the first answer stands. */
function isAnsweredAlready({ contract }: Engine, { rule, answered }: Frame): boolean {
  if (answered === undefined || !contract.answers?.firstStands) return false
  return rule.can?.every((ability) => ability === 'answer') ?? false
}

async function whenSettled<T extends Trigger>(
  engine: Engine,
  frame: Frame,
  ctx: RuleContext<T>,
  said: Promise<AnyOutcome<T>>,
): Promise<Verdict<T>> {
  try {
    // A composition waits for its rules, each of which is cut off at the deadline itself: racing the composition too
    // would blame it, and a chain of a working trigger would stop instead of going on to the rules that still have time.
    return inTime<T>(engine, frame, ctx, await (isOurs(frame.rule) ? said : frame.deadline.race(said)))
  } catch (error) {
    return failed(engine, error, frame)
  }
}

/**
 * Validates an outcome. One that came after the deadline does not count, since the caller may have given up: a rule that blocks the
 * event loop holds up the deadline's timer too. A denial and work that is done stand as they are.
 */
function inTime<T extends Trigger>(engine: Engine, frame: Frame, ctx: RuleContext<T>, said: AnyOutcome<T>): AnyOutcome<T> {
  const { rule, path = '', deadline } = frame
  // Made of outcomes that were validated already.
  if (isOurs(rule) && isPermitted(said.kind, engine.contract)) return said.by === undefined ? { ...said, by: rule.name } : said
  const outcome = validateOutcome<T>(said, rule, engine.contract)
  if (outcome.kind !== 'deny' && outcome.kind !== 'done' && deadline.remainingMs() <= 0) throw new DeadlineExceededError()
  if (outcome.kind === 'deny') {
    if (outcome.explanation !== undefined && outcome.by === rule.name)
      engine.observer.onExplanation?.({ rule: rule.name, path, explanation: outcome.explanation })
    return outcome
  }
  if (outcome.answer === undefined) return outcome
  const answer = frozenCopy(outcome.answer)
  encode(engine.contract, answer, ctx.event)
  engine.observer.onAnswer?.({ rule: rule.name, path, answer })
  return { ...outcome, answer }
}

/**
 * Whether a rule is a composition made here: it waits for its rules alone, each of which has a deadline, and its outcome is made of
 * theirs. A composition of plain JavaScript may do anything, and so may a copy of ours that runs something else.
 */
function isOurs(rule: RuleNode): boolean {
  return rule.children !== undefined && OURS in rule && 'evaluate' in rule && rule[OURS] === rule.evaluate
}

function failed({ observer }: Engine, error: unknown, { rule, path = '', onError }: Frame): ErrorVerdict {
  if (error instanceof RuleError) return error.verdict
  observer.onRuleError?.({ rule: rule.name, path, error: error instanceof NotDoneError ? error.cause : error })
  return { kind: 'error', error, by: rule.name, mustFail: (rule.onError ?? onError) === 'fail' }
}

/** Adds the reservation of a rule that passed, and drops those inside a rule that did not. */
function keepReservations<T extends Trigger>(
  engine: Engine,
  rule: Rule<T>,
  ctx: RuleContext<T>,
  { path = '', onError, shadow }: Frame,
  { kind }: Verdict<T>,
  mustAllow: true | undefined,
): void {
  const isKept = kind !== 'deny' && kind !== 'error' && (mustAllow === undefined || kind === 'allow')
  if (!isKept && engine.pending.length > 0) engine.pending = engine.pending.filter((each) => !each.path.startsWith(`${path}.`))
  const { commit } = rule
  if (!isKept || commit === undefined || shadow) return
  const whole = ctx.invocation ?? ctx
  engine.pending.push({ rule: rule.name, path, onError, reserve: () => commit.reserve(whole), release: () => commit.release(whole) })
}

/** The frame of a child. */
function inside(parent: Frame, child: RuleNode, share: Share = {}): Frame {
  const { index = parent.next, answered = parent.answered } = share
  parent.next = index + 1
  return {
    rule: child,
    path: parent.path === undefined ? `${index}` : `${parent.path}.${index}`,
    deadline: parent.deadline,
    onError: parent.rule.onError ?? parent.onError,
    shadow: parent.shadow,
    answered,
    next: 0,
  }
}

/** What a rule sees of the engine. */
function createRun(engine: Engine, frame: Frame): Run {
  const { deadline } = frame
  return {
    contract: engine.contract,
    remainingMs: deadline.remainingMs,
    combine: (earlier, later) => combine(engine.contract, earlier, later),
    wait: deadline.race,
    ask(condition, ctx) {
      const answer = andThen(evaluateCondition(condition, ctx), (given) => {
        // As with an outcome: the timer is late where the condition blocked the event loop.
        if (deadline.remainingMs() <= 0) throw new DeadlineExceededError()
        return given
      })
      return isThenable(answer) ? deadline.race(answer) : answer
    },
    evaluate(child, ctx, share) {
      const place = inside(frame, child, share)
      if (share?.withinMs === undefined) return evaluate(engine, child, ctx, place, share?.mustAllow)
      const part = deadline.within(share.withinMs)
      return andThen(evaluate(engine, child, narrowContext(ctx, part), { ...place, deadline: part }, share.mustAllow), (verdict) => {
        part.close()
        return verdict
      })
    },
    defer(child, ctx) {
      const place = { ...inside(frame, child), shadow: true, answered: undefined } as const
      engine.deferred.push((part) => evaluate(engine, child, narrowContext(ctx, part), { ...place, deadline: part }))
    },
  }
}

function combine<A>({ answers }: TriggerContract, earlier: A, later: A): A {
  // Two answers of one trigger make a third: the definition of the trigger says so, whose types are erased here.
  return answers === undefined || answers.firstStands ? earlier : (answers.combine(earlier, later) as A)
}

/** The fields of the answers before it that a rule's answer changed. */
function overriddenBy<T extends Trigger>({ contract }: Engine, verdict: Verdict<T>, { answered }: Frame): readonly string[] {
  if (answered === undefined || verdict.kind === 'deny' || verdict.kind === 'error' || verdict.answer === undefined) return []
  const combined: unknown = combine<unknown>(contract, answered, verdict.answer)
  if (!isObject(answered) || !isObject(combined)) return []
  return Object.keys(answered).filter((field) => !isKept(answered[field], combined[field]))
}

/** Whether a value still stands in another, which may hold more. */
function isKept(before: unknown, after: unknown): boolean {
  if (Array.isArray(before)) return Array.isArray(after) && before.every((each) => after.some((other) => isKept(each, other)))
  if (isObject(before)) return isObject(after) && Object.keys(before).every((key) => isKept(before[key], after[key]))
  return Object.is(before, after)
}

/** A trace in the making: rules stand in the order in which they started, so that it reads like the composition. */
interface TraceWriter {
  /** Takes the next line for a rule, to be filled in when the rule has ended. */
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

/** What a line tells besides what the rule said. */
type Begun = Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'shadow'>

/** Makes a rule's line, once its verdict is known. */
function traceEntry<T extends Trigger>(verdict: Verdict<T>, begun: Begun, overrides: readonly string[]): TraceEntry {
  switch (verdict.kind) {
    case 'error':
      return { ...begun, outcome: 'error', reason: toErrorReason(verdict.error), error: verdict.error }
    case 'deny':
      return {
        ...begun,
        outcome: 'deny',
        reason: verdict.reason,
        ...(verdict.detail !== undefined && { detail: verdict.detail }),
        ...(verdict.explanation !== undefined && { explanation: verdict.explanation }),
      }
    default: {
      const { kind, reason } = verdict
      const said =
        reason === undefined || kind === 'allow' ? { ...begun, outcome: kind } : { ...begun, outcome: kind, reason: namedReason(reason) }
      return overrides.length > 0 ? { ...said, overrides } : said
    }
  }
}

/** Reasons are logged: one that is made of something else, such as an attribute, must not be. */
function namedReason(reason: string): string {
  return isReason(reason) ? reason : 'unnamed'
}
