import type { AnyOutcome, ErrorVerdict } from './outcome.ts'
import type { CognitoResponse, Trigger } from './trigger.ts'

/** The rule of a decision, and of a line in the trace, where no rule is to blame: the event, an answer or a middleware. */
export const HANDLER = 'handler'

/** No rule denied, and no error occurred that must fail: Cognito goes on. */
export interface Proceed<T extends Trigger = Trigger> {
  readonly kind: 'proceed'
  /** The rule that allowed; null where no rule denied and none allowed either. */
  readonly rule: string | null
  /** What the rules answered, in the trigger's own words. */
  readonly answer?: T['answer']
  /** The same in Cognito's words. */
  readonly response: CognitoResponse
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

/** What one rule said in one invocation. */
export interface TraceEntry {
  readonly rule: string
  /** Its place in the composition: `1.0` is the first rule of the second. */
  readonly path: string
  readonly outcome: (AnyOutcome | ErrorVerdict)['kind']
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
  /** The reservation of the rule, after all rules had passed. */
  readonly commit?: true
  /** What broke it. Kept out of logs but for its name, its code and where it was thrown. */
  readonly error?: unknown
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

/** An answer of a rule. */
export interface RuleAnswer extends Pick<RuleFailure, 'rule' | 'path'> {
  readonly answer: unknown
}

/** Gets what a log must not hold, for tools on a developer's machine. Its functions must not throw. Production sets none. */
export interface RuleObserver {
  /** Called once for each rule that breaks, whatever the rules around it make of that. */
  readonly onRuleError?: (failure: RuleFailure) => void
  readonly onExplanation?: (denial: ExplainedDenial) => void
  /** Called with each answer of a rule, in the trigger's own words. */
  readonly onAnswer?: (answer: RuleAnswer) => void
}
