import type { CognitoEvent } from '../cognito/event.ts'
import type { AnyOutcome, ErrorVerdict, RefusalCode } from './outcome.ts'
import type { CognitoResponse, Trigger } from './trigger.ts'

/** The rule name in decisions and trace entries that no rule caused, for example after an invalid event or an error in a middleware. */
export const HANDLER = 'handler'

/** Cognito continues, because no rule denied and no error fails the invocation. */
export interface Proceed<T extends Trigger = Trigger> {
  readonly kind: 'proceed'
  /** The rule that allowed, or null if no rule allowed. */
  readonly rule: string | null
  /** The combined answer of the rules, in the trigger's format. */
  readonly answer?: T['answer']
  /** The answer as fields of Cognito's response. */
  readonly response: CognitoResponse
}

/** Returns the text of a refusal for the user of an event, or undefined to keep the rule's message. It must not reveal more. */
export type FindRefusalText = (code: string, event: CognitoEvent) => string | undefined

/** A rule refused the user. */
export interface Denied extends RefusalCode {
  readonly kind: 'denied'
  readonly rule: string
  readonly reason: string
  /** The text that the end user reads. */
  readonly message: string
  /** True if only a handler with `refusalCodes: 'all'` sends the code. */
  readonly quiet?: boolean
  /** The response that refuses the user, if the trigger has one. The message is then not used. */
  readonly response?: CognitoResponse
}

/** An error failed the invocation. The caller gets a fixed message, and the log has the cause. */
export interface Failed {
  readonly kind: 'failed'
  readonly rule: string
  readonly error: unknown
}

/** The result of an invocation, with the trace of its rules. */
export type Decision<T extends Trigger = Trigger> = { readonly trace: readonly TraceEntry[] } & (Proceed<T> | Denied | Failed)

/** One rule's entry in the trace. */
export interface TraceEntry {
  readonly rule: string
  /** The rule's position in the composition: `1.0` is the first child of the second rule. */
  readonly path: string
  readonly outcome: (AnyOutcome | ErrorVerdict)['kind']
  /** A constant identifier: the reason of a denial or skip, or the code or name of an error. */
  readonly reason?: string
  /** Additional identifiers about the denial, for the log. */
  readonly detail?: string
  /** An explanation for developers. It may quote attributes, and is never logged. */
  readonly explanation?: string
  /** The rule's duration in milliseconds, including the rules inside it. */
  readonly ms: number
  /** Fields of an earlier rule's answer that this rule changed. */
  readonly overrides?: readonly string[]
  /** Set if the rule ran in `shadow`, after the decision. */
  readonly shadow?: true
  /** Set if the entry is about the rule's reservation, which is made after all rules have passed. */
  readonly commit?: true
  /** The rule's error. The log has only its name, its code and its stack frames. */
  readonly error?: unknown
}

/** A rule's answer, with the rule's name and its position in the composition, as in the trace. */
export interface RuleAnswer extends Pick<TraceEntry, 'rule' | 'path'> {
  readonly answer: unknown
}

/**
 * Functions that receive data that must not be logged. Only tools on a developer's machine set an observer. Its functions must not throw.
 */
export interface RuleObserver {
  /** Called with each answer of a rule, in the trigger's format. */
  readonly onAnswer?: (answer: RuleAnswer) => void
}
