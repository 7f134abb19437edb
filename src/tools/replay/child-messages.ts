import type { RuleDescription } from '../lib/description.ts'
import type { CallbackSupport } from './runtime.ts'

/** An error as Lambda reports it. */
export interface FunctionError {
  readonly name: string
  readonly message: string
}

/** A thrown value, with details for the developer. */
export interface ThrownError extends FunctionError {
  /** The codes and messages of the error's causes, outermost first. */
  readonly causes: readonly string[]
  /** The stack traces of the error and its causes. Empty if the value is not an error. */
  readonly stack: string
  /** True if a function may throw this error to refuse a user. False for a crash, such as a TypeError or a network error. */
  readonly refusal: boolean
}

/** The facts of one entry of the trace that are the same in the handler's process and in the result. */
export interface TraceFields {
  readonly rule: string
  readonly path: string
  readonly outcome: string
  readonly reason: string | null
  readonly ms: number
  readonly detail?: string
  readonly overrides?: readonly string[]
  readonly shadow?: true
  /** True for the entry of the rule's reservation, which runs after all rules have passed. */
  readonly commit?: true
  /** The answer that the rule returned, as JSON, truncated if it is long. */
  readonly answer?: string
  /** The name of the rule's error. */
  readonly error?: string
}

/** One entry of the trace, as the handler's process sends it. */
export interface TraceMessage extends TraceFields {
  /** The text with which the rule explains a denial. */
  readonly explanation?: string
  /** The error itself. Absent for a composition whose error comes from a rule inside it. */
  readonly thrown?: ThrownError
}

/** The decision of a Lifeguard handler. */
export interface TracedDecision<Entry extends TraceFields> {
  readonly decision: string
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly detail: string | null
  /** The rules that ran. An entry with an empty path is about an error outside the rules, such as of a middleware. */
  readonly trace: readonly Entry[]
}

/** The decision of a Lifeguard handler, as the handler's process sends it. */
export type DecisionMessage = TracedDecision<TraceMessage>

/** A way to answer that does not work with every Node runtime of Lambda. */
export type AnswerForm = 'callback' | 'context.done' | 'context.succeed' | 'context.fail' | 'return'

/** A request to the handler's process. Events are sent as JSON text, as in Lambda. */
export type Request =
  | {
      readonly kind: 'load'
      readonly file: string
      readonly exported: string
      /** The folder that Lambda gets. Undefined if it is unknown. */
      readonly packageRoot?: string | undefined
      readonly callbacks?: CallbackSupport
      /** Variables that the process adds to its environment before it loads the file. */
      readonly environment?: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'invoke'
      readonly requestId: string
      readonly event: string
      readonly limitMs: number
      /** A string that the process writes to standard output after the invocation, to mark the end of the log. */
      readonly endMark: string
    }
  /** Waits a moment for the work that the handler left running after its answer. */
  | { readonly kind: 'settle' }

/** A reply of the handler's process. */
export type Reply =
  | {
      readonly kind: 'ready'
      readonly rule?: RuleDescription
      readonly trigger?: string
      readonly takesCallback: boolean
      /** The package.json that was ignored, because the file is a CommonJS module in spite of it. */
      readonly ignoredPackage?: string
    }
  | { readonly kind: 'not-started'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly json: string; readonly form?: AnswerForm; readonly decision?: DecisionMessage }
  | { readonly kind: 'threw'; readonly error: ThrownError; readonly form?: AnswerForm; readonly decision?: DecisionMessage }
  | {
      readonly kind: 'settled'
      /** The types of the resources that the last event left open, such as `Timeout`. */
      readonly left: readonly string[]
      readonly form?: AnswerForm
    }

/** A message that the process writes when it exits. */
export interface Exiting {
  /** The request whose code ended the process. Absent if no request did. */
  readonly requestId?: string
  /** The uncaught error. Absent if the handler called `process.exit`. */
  readonly error?: ThrownError
  /** How the last event was answered. */
  readonly form?: AnswerForm
}

/** Formats a request or reply as one line. Escapes U+2028 and U+2029, because Node's readline splits lines at them. */
export function formatMessage(message: object): string {
  return `${JSON.stringify(message).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}
