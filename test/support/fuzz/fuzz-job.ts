import * as z from 'zod'

/** What a process of the fuzzer does. */
export interface FuzzJob {
  readonly seed: number
  /** Which events: this many from the first. Each event's number is its stream of random numbers. */
  readonly first: number
  readonly count: number
  /** The handlers, which take the events by turns. */
  readonly folders: readonly string[]
  /** How many invocations run at the same time. */
  readonly concurrency: number
}

export const FuzzJob: z.ZodType<FuzzJob> = z.object({
  seed: z.number(),
  first: z.number(),
  count: z.number(),
  folders: z.array(z.string()).min(1),
  concurrency: z.number(),
})

/** What a process of the fuzzer tells. */
export type FuzzMessage =
  | { readonly kind: 'progress'; readonly done: number }
  | {
      readonly kind: 'report'
      /** How often a handler came to a decision: `pre-signup denied`. */
      readonly tally: Readonly<Record<string, number>>
      /** The first of them. */
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
