/** The job of a fresh process. The bench passes it to driver.ts as an argument. */
export type Job = ColdJob | AnswersJob | WarmJob

/** Loads a program in a fresh process and measures its cold start. */
export interface ColdJob {
  readonly kind: 'cold'
  readonly file: string
  /** The event as JSON text. Each invocation replaces `$N` by a new number. */
  readonly event: string
  /** The number that replaces `$N` in the first invocation. */
  readonly from: number
  /** The total number of invocations. Those after the first fill the memory before it is measured. */
  readonly invocations: number
  /** Milliseconds between the end of the import and the first event. 0 if the event is already waiting. */
  readonly pauseMs: number
}

/** Runs a program with several events and reports its answers. */
export interface AnswersJob {
  readonly kind: 'answers'
  readonly file: string
  readonly events: readonly string[]
}

/** Measures warm invocations of programs that take turns in one process. */
export interface WarmJob {
  readonly kind: 'warm'
  readonly programs: readonly { readonly file: string; readonly events: readonly string[] }[]
  readonly from: number
  /** Number of invocations of each program before the measurement. */
  readonly warmUp: number
  /** Number of blocks of each program. Blocks of the programs alternate in random order. */
  readonly blocks: number
  /** Number of invocations in a block. */
  readonly block: number
  readonly seed: number
}

/** How an invocation ended. */
export type Answer = { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly message: string }

/** The figures of a cold start, in milliseconds and bytes. */
export interface ColdReport {
  readonly importMs: number
  readonly firstMs: number
  /** Resident memory after the last invocation. */
  readonly rssBytes: number
  /** The answer of the first invocation. */
  readonly answer: Answer
}

/** The figures of each program in microseconds, in the order of the job's programs. */
export interface WarmReport {
  readonly p50: readonly number[]
  readonly p99: readonly number[]
}
