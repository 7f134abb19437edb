import { reasonOf } from './errors.ts'
import { type AnyOutcome, type Broken, isReason, type Skip, type Verdict } from './outcome.ts'
import type { Trigger } from './trigger.ts'

/** What one rule said in one invocation. */
export interface TraceEntry {
  readonly rule: string
  /** Its place in the composition: `1.0` is the first rule of the second. */
  readonly path: string
  readonly outcome: (AnyOutcome | Broken)['kind']
  /** Why it denied or skipped, or the kind of error that broke it: a constant identifier. */
  readonly reason?: string
  /** More for the log. */
  readonly detail?: string
  /** More for a developer. It may quote attributes, and is never logged. */
  readonly explanation?: string
  /** Milliseconds that it took, the rules inside it included. */
  readonly ms: number
  /** Fields of the answer that this rule changed after an earlier one had set them. */
  readonly overrides?: readonly string[]
  /** Ran after the decision, and changed nothing. */
  readonly shadow?: true
  /** What broke it. Kept out of logs but for its name, its code and where it was thrown. */
  readonly error?: unknown
}

/** A trace in the making: rules stand in the order in which they started, so that it reads like the composition. */
export interface TraceWriter {
  /** Takes the next line for a rule, to be filled in when the rule has ended. */
  readonly start: () => number
  readonly fill: (line: number, entry: TraceEntry) => void
  readonly entries: () => readonly TraceEntry[]
}

/** Starts an empty trace. */
export function startTrace(): TraceWriter {
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
export function traceEntry<T extends Trigger>(verdict: Verdict<T>, begun: Begun, over: object | undefined): TraceEntry {
  switch (verdict.kind) {
    case 'broken':
      return { ...begun, outcome: 'broken', reason: reasonOf(verdict.error), error: verdict.error }
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
