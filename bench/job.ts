/** What a fresh process is to do: the message from the bench to {@link file://./driver.ts}. */
export type Job = ColdJob | AnswersJob | WarmJob

/** Loads a program and runs it. */
export interface ColdJob {
  readonly kind: 'cold'
  readonly file: string
  /** An event's text; `$N` in it stands for a number that is new in every invocation. */
  readonly event: string
  /** Where the numbers start. */
  readonly from: number
  /** How often it is run in all: 1 to measure a cold start. */
  readonly invocations: number
  /** Milliseconds between the end of the import and the first event; 0 where somebody waits for it. */
  readonly pauseMs: number
}

/** Runs a program over several events, to see whether it does what it should. */
export interface AnswersJob {
  readonly kind: 'answers'
  readonly file: string
  readonly events: readonly string[]
}

/** Runs programs in turns in one process. */
export interface WarmJob {
  readonly kind: 'warm'
  readonly programs: readonly { readonly file: string; readonly events: readonly string[] }[]
  readonly from: number
  /** Invocations of each program before anything is measured. */
  readonly warmUp: number
  /** Blocks of each program, in an order by chance. */
  readonly blocks: number
  /** Invocations in a block. */
  readonly block: number
  readonly seed: number
}

/** How an invocation ended. */
export type Answer = { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly message: string }

/** What a process reports of a cold start: milliseconds and bytes. */
export interface ColdReport {
  readonly importMs: number
  readonly firstMs: number
  /** After the last invocation. */
  readonly rssBytes: number
  /** Of the first invocation. */
  readonly answer: Answer
}

/** What a process reports of each program, in the order of the job: microseconds. */
export interface WarmReport {
  readonly p50: readonly number[]
  readonly p99: readonly number[]
}
