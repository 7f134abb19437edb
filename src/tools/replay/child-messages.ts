import type { RuleDescription } from '../lib/description.ts'

/** An error as Lambda reports it. */
export interface FunctionError {
  readonly name: string
  readonly message: string
}

/** What broke a rule, or what it explains of its denial. */
export interface Broke {
  /** Where the rule stands in the composition. */
  readonly path: string
  readonly error: FunctionError
  readonly stack: string
}

/** What a rule answered, in the trigger's own words. */
export interface RuleAnswerText {
  readonly path: string
  /** As JSON, cut where it is long. */
  readonly answer: string
}

/** What the handler's process is asked. Events cross as JSON text, as they do in Lambda. */
export type Request =
  | {
      readonly kind: 'load'
      readonly file: string
      readonly exported: string
      /** What is added to the environment before the file is loaded. It has no part in how the process is started. */
      readonly environment?: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'invoke'
      readonly requestId: string
      readonly event: string
      readonly limitMs: number
      /** Written to standard output after the invocation, so that its log is known to be read to the end. */
      readonly endMark: string
    }

/** What it answers. */
export type Reply =
  | { readonly kind: 'ready'; readonly rule?: RuleDescription; readonly trigger?: string; readonly takesCallback: boolean }
  | { readonly kind: 'not-started'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly json: string; readonly broke: readonly Broke[]; readonly answers: readonly RuleAnswerText[] }
  | { readonly kind: 'threw'; readonly error: FunctionError; readonly broke: readonly Broke[] }

/** Writes a request or a reply as one line. Node's reader of lines breaks them at two more characters that JSON leaves as they are. */
export function formatMessage(message: object): string {
  return `${JSON.stringify(message).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}
