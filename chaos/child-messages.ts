import type { FunctionError } from '../src/tools/replay/child-messages.ts'

/** The functions of a deployment that the harness calls, by the folder of their bundle. */
export const FUNCTIONS = ['pre-signup', 'post-confirmation', 'pre-auth', 'post-auth', 'sweeper'] as const
export type FunctionName = (typeof FUNCTIONS)[number]

/** What a process of handlers is asked. Events cross as JSON text, as they do in Lambda. */
export type Request =
  | { readonly kind: 'load'; readonly files: readonly (readonly [FunctionName, string])[] }
  | { readonly kind: 'invoke'; readonly id: number; readonly name: FunctionName; readonly event: string; readonly limitMs: number }
  /** Sets the process's calendar forward; what is measured in milliseconds stays what it is. */
  | { readonly kind: 'clock'; readonly offsetMs: number }

/** What it answers. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-started'; readonly error: FunctionError }
  | { readonly kind: 'settled'; readonly id: number; readonly took: Took; readonly settled: Settled }

/** How long an invocation took by the clock of its own process, in milliseconds. */
export interface Took {
  readonly ms: number
  /** Of these, how long the process was kept from running: it was stopped, or the machine was busy with others. */
  readonly stalledMs: number
}

/** How an invocation ended by itself. */
export type Settled = { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'threw'; readonly error: FunctionError }
