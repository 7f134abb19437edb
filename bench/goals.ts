import { MANY_DOMAINS, MOST_DOMAINS } from './programs.ts'
import type { Series } from './series.ts'
import { pairFigures, type Quartiles, quartiles } from './statistics.ts'

/** How two series become one figure a round. */
export type Comparison = 'ratio' | 'difference' | 'value'

/** What is compared with what. */
export interface Compared {
  readonly what: string
  readonly against: string
  readonly comparison: Comparison
  /** The unit of a difference or a value; a ratio has none. */
  readonly unit: string
  readonly ours: string
  /** The other series; a value stands alone. */
  readonly theirs?: string
  /** The goal; without one the comparison only informs. */
  readonly atMost?: number
}

/** A comparison, measured. */
export interface Outcome extends Compared {
  readonly figures: Quartiles
  readonly rounds: number
  /** Whether the median keeps to the goal. */
  readonly holds: boolean | undefined
}

const ratio = (what: string, against: string, ours: string, theirs: string, atMost?: number): Compared => ({
  what,
  against,
  comparison: 'ratio',
  unit: 'x',
  ours,
  theirs,
  ...(atMost !== undefined && { atMost }),
})

const more = (what: string, against: string, unit: string, ours: string, theirs: string, atMost?: number): Compared => ({
  what,
  against,
  comparison: 'difference',
  unit,
  ours,
  theirs,
  ...(atMost !== undefined && { atMost }),
})

const kilobytes = (what: string, ours: string, atMost: number): Compared => ({
  what,
  against: 'its budget',
  comparison: 'value',
  unit: 'kB',
  ours,
  atMost,
})

const thousands = (count: number): string => count.toLocaleString('en')
const BY_HAND = 'hand-written `if` checks'
const SDK = 'hand-written on the SDK'
const POWERTOOLS = 'Powertools parser + logger'
const POWERTOOLS_SDK = 'Powertools parser + logger, and the SDK'
const IDEMPOTENCY = 'Powertools parser + idempotency'

/** What is promised. */
export const GOALS: readonly Compared[] = [
  ratio('pre sign-up, cold', BY_HAND, 'pre/lifeguard cold ms', 'pre/hand-written cold ms', 2.5),
  ratio('pre sign-up, cold', POWERTOOLS, 'pre/lifeguard cold ms', 'pre/powertools cold ms', 0.08),
  ratio('pre sign-up, whole process', 'a bare handler', 'pre/lifeguard process ms', 'pre/bare process ms', 1.06),
  more('pre sign-up, warm p50', 'a bare handler that logs as much', 'µs', 'pre/lifeguard warm p50 us', 'pre/bare-logging warm p50 us', 2),
  more('pre sign-up, warm p99', 'a bare handler that logs as much', 'µs', 'pre/lifeguard warm p99 us', 'pre/bare-logging warm p99 us', 5),
  ratio(`${thousands(MOST_DOMAINS)} domains, per event`, '3 domains', 'domains/most warm p50 us', 'domains/few warm p50 us', 1.2),
  ratio(`${thousands(MANY_DOMAINS)} domains, cold`, 'a bare handler, array and Set', 'domains/many cold ms', 'domains/bare cold ms', 0.6),
  ratio('pre token generation, cold', POWERTOOLS_SDK, 'token/lifeguard cold ms', 'token/powertools cold ms', 0.6),
  ratio('post confirmation, cold', SDK, 'post/lifeguard cold ms', 'post/hand-written cold ms', 0.65),
  ratio('post confirmation, cold', IDEMPOTENCY, 'post/lifeguard cold ms', 'post/powertools cold ms', 0.45),
  ratio('post confirmation, first invocation after init', SDK, 'post/lifeguard ready first ms', 'post/hand-written ready first ms', 0.25),
  ratio('post confirmation, warm, 5 and 40 ms', IDEMPOTENCY, 'post/lifeguard warm p50 us', 'post/powertools warm p50 us', 0.8),
  kilobytes('pre sign-up, entry', 'pre/lifeguard entry kB', 6),
  kilobytes('pre sign-up, zip', 'pre/lifeguard zip kB', 10),
  kilobytes('post confirmation, raw', 'post/lifeguard raw kB', 250),
  kilobytes('post confirmation, zip', 'post/lifeguard zip kB', 80),
  more('pre sign-up, resident memory', 'a bare handler', 'MB', 'pre/lifeguard resident MB', 'pre/bare resident MB', 1),
  ratio('post confirmation, resident memory', IDEMPOTENCY, 'post/lifeguard resident MB', 'post/powertools resident MB', 0.8),
]

/** What else is worth knowing, and holds no goal. */
export const FURTHER: readonly Compared[] = [
  ratio('a bare handler, cold', BY_HAND, 'pre/bare cold ms', 'pre/hand-written cold ms'),
  ratio('middy + zod, cold', BY_HAND, 'pre/middy-zod cold ms', 'pre/hand-written cold ms'),
  ratio('Powertools parser + logger, cold', BY_HAND, 'pre/powertools cold ms', 'pre/hand-written cold ms'),
  ratio('Powertools parser + logger, whole process', 'a bare handler', 'pre/powertools process ms', 'pre/bare process ms'),
  more(
    'pre sign-up, resident after 1,000',
    'a bare handler that logs as much',
    'MB',
    'pre/lifeguard later MB',
    'pre/bare-logging later MB',
  ),
  more(
    'Powertools parser + logger, resident after 1,000',
    'a bare handler that logs as much',
    'MB',
    'pre/powertools later MB',
    'pre/bare-logging later MB',
  ),
  ratio('pre token generation, cold', SDK, 'token/lifeguard cold ms', 'token/hand-written cold ms'),
  ratio('pre token generation, warm, 5 ms', POWERTOOLS_SDK, 'token/lifeguard warm p50 us', 'token/powertools warm p50 us'),
  ratio('pre token generation, warm, 5 ms', SDK, 'token/lifeguard warm p50 us', 'token/hand-written warm p50 us'),
  ratio('Powertools parser + idempotency, cold', SDK, 'post/powertools cold ms', 'post/hand-written cold ms'),
  ratio('hand-written on the SDK, CommonJS, cold', SDK, 'post/hand-written-commonjs cold ms', 'post/hand-written cold ms'),
  ratio('post confirmation, cold', `${SDK}, CommonJS`, 'post/lifeguard cold ms', 'post/hand-written-commonjs cold ms'),
  ratio('post confirmation, init', SDK, 'post/lifeguard import ms', 'post/hand-written import ms'),
  ratio('post confirmation, first at once', SDK, 'post/lifeguard first ms', 'post/hand-written first ms'),
  ratio('post confirmation, cold, 5 and 40 ms', SDK, 'post/lifeguard regional cold ms', 'post/hand-written regional cold ms'),
  ratio('post confirmation, cold, 5 and 40 ms', IDEMPOTENCY, 'post/lifeguard regional cold ms', 'post/powertools regional cold ms'),
  ratio('post confirmation, first after init, 5 and 40 ms', SDK, 'post/lifeguard regional first ms', 'post/hand-written regional first ms'),
  ratio('post confirmation, warm, 5 and 40 ms', SDK, 'post/lifeguard warm p50 us', 'post/hand-written warm p50 us'),
]

/** Compares what was measured. */
export function judgeGoal(compared: Compared, series: Series): Outcome {
  const ours = series.of(compared.ours)
  const figures = compared.theirs === undefined ? ours : pairFigures(ours, series.of(compared.theirs), COMPARE[compared.comparison])
  const around = quartiles(figures)
  return {
    ...compared,
    figures: around,
    rounds: figures.length,
    holds: compared.atMost === undefined ? undefined : around.median <= compared.atMost,
  }
}

const COMPARE: Record<Comparison, (our: number, their: number) => number> = {
  ratio: (our, their) => our / their,
  difference: (our, their) => our - their,
  value: (our) => our,
}
