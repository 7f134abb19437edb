import type { RuleDescription } from '../lib/description.ts'

/** An error as Lambda reports it. */
export interface FunctionError {
  readonly name: string
  readonly message: string
}

/** The error of a rule, or the text with which a rule explains a denial. */
export interface Broke {
  /** The rule's path in the composition. */
  readonly path: string
  readonly error: FunctionError
  readonly stack: string
}

/** The answer that a rule returned, before the handler converts it to a response for Cognito. */
export interface RuleAnswerText {
  readonly path: string
  /** The answer as JSON, truncated if it is long. */
  readonly answer: string
}

/** A request to the handler's process. Events are sent as JSON text, as in Lambda. */
export type Request =
  | {
      readonly kind: 'load'
      readonly file: string
      readonly exported: string
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

/** A reply of the handler's process. */
export type Reply =
  | { readonly kind: 'ready'; readonly rule?: RuleDescription; readonly trigger?: string; readonly takesCallback: boolean }
  | { readonly kind: 'not-started'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly json: string; readonly broke: readonly Broke[]; readonly answers: readonly RuleAnswerText[] }
  | { readonly kind: 'threw'; readonly error: FunctionError; readonly broke: readonly Broke[] }

/** Formats a request or reply as one line. Escapes U+2028 and U+2029, because Node's readline splits lines at them. */
export function formatMessage(message: object): string {
  return `${JSON.stringify(message).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}
