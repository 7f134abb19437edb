import type { FunctionError } from '../src/tools/replay/child-messages.ts'

/** The functions of a deployment that the harness calls, by the folder of their bundle. */
export const FUNCTIONS = ['pre-signup', 'post-confirmation', 'pre-auth', 'post-auth', 'sweeper'] as const
export type FunctionName = (typeof FUNCTIONS)[number]

/** A message to a process that runs handlers. Events are sent as JSON text, as in Lambda. */
export type Request =
  | { readonly kind: 'load'; readonly files: readonly (readonly [FunctionName, string])[] }
  | { readonly kind: 'invoke'; readonly id: number; readonly name: FunctionName; readonly event: string; readonly limitMs: number }
  /** Moves the process's time of day forward. Its monotonic clock does not change. */
  | { readonly kind: 'clock'; readonly offsetMs: number }

/** A reply of a process that runs handlers. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-started'; readonly error: FunctionError }
  | { readonly kind: 'settled'; readonly id: number; readonly took: Took; readonly settled: Settled }

/** Duration of an invocation in milliseconds, measured in the process that ran it. */
export interface Took {
  readonly ms: number
  /** The part of `ms` in which the process did not run, because it was stopped or other processes used the CPU. */
  readonly stalledMs: number
}

/** The result of an invocation that returned or threw. */
export type Settled = { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'threw'; readonly error: FunctionError }
