import { MANY_DOMAINS, MOST_DOMAINS } from './programs.ts'
import type { Series } from './series.ts'
import { pairFigures, type Quartiles, quartiles } from './statistics.ts'

/** How a figure of each round is computed: as the ratio or difference of two series, or as the value of one. */
export type Comparison = 'ratio' | 'difference' | 'value'

/** A comparison of two programs, or a budget. */
export interface Compared {
  /** The measured quantity, such as 'cold start of pre sign-up'. */
  readonly what: string
  /** The program or budget that the quantity is compared with. */
  readonly against: string
  readonly comparison: Comparison
  /** The unit of a difference or a value; `x` for a ratio. */
  readonly unit: string
  /** The name of the measured series. */
  readonly ours: string
  /** The name of the series to compare with. Undefined if the comparison is `value`. */
  readonly theirs?: string
  /** The goal: the largest allowed median. Without it, the comparison is only for information. */
  readonly atMost?: number
}

/** The result of a comparison. */
export interface Outcome extends Compared {
  readonly figures: Quartiles
  readonly rounds: number
  /** True if the median is within the goal. Undefined if the comparison has no goal. */
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
const HAND_WRITTEN = 'a hand-written function'
const SDK = 'code hand-written on the SDK'
const SDK_COMMONJS = `CommonJS ${SDK}`
const POWERTOOLS = 'Powertools parser + logger'
const POWERTOOLS_SDK = 'Powertools parser + logger + SDK'
const IDEMPOTENCY = 'Powertools parser + idempotency'
const PEERS: readonly string[] = [BY_HAND, HAND_WRITTEN, SDK, SDK_COMMONJS, POWERTOOLS, POWERTOOLS_SDK, IDEMPOTENCY]
const BARE = 'a bare handler'
const BARE_LOGGING = 'a bare handler that logs as much'

const COLD_PRE = 'cold start of pre sign-up'
const COLD_TOKEN = 'cold start of pre token generation'
const COLD_MESSAGE = 'cold start of custom message'
const COLD_DEFINE = 'cold start of define auth challenge'
const COLD_POST = 'cold start of post confirmation'
const COLD_POST_REGIONAL = 'cold start of post confirmation with regional latency'
const WARM_TOKEN = 'warm median of pre token generation with regional latency'
const WARM_POST = 'warm median of post confirmation with regional latency'

/** The comparisons that have a goal. */
export const GOALS: readonly Compared[] = [
  ratio(COLD_PRE, BY_HAND, 'pre/lifeguard cold ms', 'pre/hand-written cold ms', 2.5),
  ratio(COLD_PRE, POWERTOOLS, 'pre/lifeguard cold ms', 'pre/powertools cold ms', 0.08),
  ratio('process time of pre sign-up', BARE, 'pre/lifeguard process ms', 'pre/bare process ms', 1.06),
  more('warm median of pre sign-up', BARE_LOGGING, 'µs', 'pre/lifeguard warm p50 us', 'pre/bare-logging warm p50 us', 2),
  more('warm 99th percentile of pre sign-up', BARE_LOGGING, 'µs', 'pre/lifeguard warm p99 us', 'pre/bare-logging warm p99 us', 5),
  ratio(
    `time per event with ${thousands(MOST_DOMAINS)} domains`,
    'a list of 3 domains',
    'domains/most warm p50 us',
    'domains/few warm p50 us',
    1.2,
  ),
  ratio(
    `cold start with ${thousands(MANY_DOMAINS)} domains`,
    'a bare handler with an array and a Set',
    'domains/many cold ms',
    'domains/bare cold ms',
    0.6,
  ),
  ratio(COLD_TOKEN, POWERTOOLS_SDK, 'token/lifeguard cold ms', 'token/powertools cold ms', 0.6),
  ratio(COLD_MESSAGE, HAND_WRITTEN, 'message/lifeguard cold ms', 'message/hand-written cold ms', 3),
  ratio(COLD_DEFINE, HAND_WRITTEN, 'define/lifeguard cold ms', 'define/hand-written cold ms', 3),
  ratio(COLD_POST, SDK, 'post/lifeguard cold ms', 'post/hand-written cold ms', 0.65),
  ratio(COLD_POST, IDEMPOTENCY, 'post/lifeguard cold ms', 'post/powertools cold ms', 0.45),
  ratio(
    'first invocation of post confirmation 100 ms after the import',
    SDK,
    'post/lifeguard ready first ms',
    'post/hand-written ready first ms',
    0.25,
  ),
  ratio(WARM_POST, IDEMPOTENCY, 'post/lifeguard warm p50 us', 'post/powertools warm p50 us', 0.8),
  kilobytes('entry module of pre sign-up', 'pre/lifeguard entry kB', 6),
  kilobytes('zip of pre sign-up', 'pre/lifeguard zip kB', 10),
  kilobytes('code of post confirmation', 'post/lifeguard raw kB', 250),
  kilobytes('zip of post confirmation', 'post/lifeguard zip kB', 80),
  more('resident memory of pre sign-up', BARE, 'MB', 'pre/lifeguard resident MB', 'pre/bare resident MB', 1),
  ratio('resident memory of post confirmation', IDEMPOTENCY, 'post/lifeguard resident MB', 'post/powertools resident MB', 0.8),
]

/** Further comparisons, without a goal. */
export const FURTHER: readonly Compared[] = [
  ratio(`cold start of ${BARE}`, BY_HAND, 'pre/bare cold ms', 'pre/hand-written cold ms'),
  ratio('cold start of middy + zod', BY_HAND, 'pre/middy-zod cold ms', 'pre/hand-written cold ms'),
  ratio(`cold start of ${POWERTOOLS}`, BY_HAND, 'pre/powertools cold ms', 'pre/hand-written cold ms'),
  ratio(`process time of ${POWERTOOLS}`, BARE, 'pre/powertools process ms', 'pre/bare process ms'),
  more('resident memory of pre sign-up after 1,000 invocations', BARE_LOGGING, 'MB', 'pre/lifeguard later MB', 'pre/bare-logging later MB'),
  more(
    `resident memory of ${POWERTOOLS} after 1,000 invocations`,
    BARE_LOGGING,
    'MB',
    'pre/powertools later MB',
    'pre/bare-logging later MB',
  ),
  ratio(COLD_MESSAGE, POWERTOOLS, 'message/lifeguard cold ms', 'message/powertools cold ms'),
  ratio(COLD_DEFINE, POWERTOOLS, 'define/lifeguard cold ms', 'define/powertools cold ms'),
  ratio(COLD_TOKEN, SDK, 'token/lifeguard cold ms', 'token/hand-written cold ms'),
  ratio(WARM_TOKEN, POWERTOOLS_SDK, 'token/lifeguard warm p50 us', 'token/powertools warm p50 us'),
  ratio(WARM_TOKEN, SDK, 'token/lifeguard warm p50 us', 'token/hand-written warm p50 us'),
  ratio(`cold start of ${IDEMPOTENCY}`, SDK, 'post/powertools cold ms', 'post/hand-written cold ms'),
  ratio(`cold start of ${SDK_COMMONJS}`, SDK, 'post/hand-written-commonjs cold ms', 'post/hand-written cold ms'),
  ratio(COLD_POST, SDK_COMMONJS, 'post/lifeguard cold ms', 'post/hand-written-commonjs cold ms'),
  ratio('import time of post confirmation', SDK, 'post/lifeguard import ms', 'post/hand-written import ms'),
  ratio('first invocation of post confirmation right after the import', SDK, 'post/lifeguard first ms', 'post/hand-written first ms'),
  ratio(COLD_POST_REGIONAL, SDK, 'post/lifeguard regional cold ms', 'post/hand-written regional cold ms'),
  ratio(COLD_POST_REGIONAL, IDEMPOTENCY, 'post/lifeguard regional cold ms', 'post/powertools regional cold ms'),
  ratio(
    'first invocation of post confirmation right after the import with regional latency',
    SDK,
    'post/lifeguard regional first ms',
    'post/hand-written regional first ms',
  ),
  ratio(WARM_POST, SDK, 'post/lifeguard warm p50 us', 'post/hand-written warm p50 us'),
]

/** Returns true if the comparison is with another implementation, and is about a cold start or a warm event. */
export function isAgainstPeer({ against, ours }: Compared): boolean {
  return PEERS.includes(against) && / (?:cold ms|warm p50 us)$/.test(ours)
}

/** Computes the result of a comparison from the measured series. */
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
