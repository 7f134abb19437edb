import * as z from 'zod'

/** The job of one fuzzer process. */
export interface FuzzJob {
  readonly seed: number
  /** The number of the first event. Each event's number selects its stream of random numbers. */
  readonly first: number
  /** The number of events. */
  readonly count: number
  /** The names of the functions in serverless.yml. The events are distributed to them in turn. */
  readonly functions: readonly string[]
  /** The number of parallel invocations. */
  readonly concurrency: number
}

export const FuzzJob: z.ZodType<FuzzJob> = z.object({
  seed: z.number(),
  first: z.number(),
  count: z.number(),
  functions: z.array(z.string()).min(1),
  concurrency: z.number(),
})

/** A message of a fuzzer process. */
export type FuzzMessage =
  | { readonly kind: 'progress'; readonly done: number }
  | {
      readonly kind: 'report'
      /** The number of invocations by handler and decision, such as `preSignUp denied`. */
      readonly tally: Readonly<Record<string, number>>
      /** The first problems as text. `problemCount` is the number of all problems. */
      readonly problems: readonly string[]
      readonly problemCount: number
    }

export const FuzzMessage: z.ZodType<FuzzMessage> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), done: z.number() }),
  z.object({
    kind: z.literal('report'),
    tally: z.record(z.string(), z.number()),
    problems: z.array(z.string()),
    problemCount: z.number(),
  }),
])
