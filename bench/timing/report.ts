import { quantile } from '../statistics.ts'
import { type Align, formatColumns, formatMarkdown } from '../table.ts'
import type { Case } from './cases.ts'

/** A smaller difference, in milliseconds, takes a client more requests than Cognito and a user's limits permit. */
const LIMIT_MS = 0.1
const RESAMPLES = 1000

/** The times of one case, in milliseconds. The two times of a round are a pair. */
export interface Times {
  readonly known: number[]
  readonly unknown: number[]
  readonly outcomes: Set<string>
}

interface Interval {
  readonly middle: number
  readonly lower: number
  readonly upper: number
}

/** The results of a run, with a description of the run and the machine. */
export interface TimingResults {
  /** The rows of {@link describeTimes}. */
  readonly rows: readonly (readonly string[])[]
  readonly run: string
  readonly where: string
}

/** Estimates a figure of the pairs, with an interval that holds it in 95 % of the resamples (bootstrap of the pairs). */
function estimate({ known, unknown }: Times, figure: (known: readonly number[], unknown: readonly number[]) => number): Interval {
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const picked = known.map(() => Math.floor(Math.random() * known.length))
    return figure(
      picked.map((index) => known[index] ?? 0),
      picked.map((index) => unknown[index] ?? 0),
    )
  })
  return { middle: figure(known, unknown), lower: quantile(resampled, 0.025), upper: quantile(resampled, 0.975) }
}

const median = (figures: readonly number[]): number => quantile(figures, 0.5)
const pairRatio = (known: readonly number[], unknown: readonly number[]): number => median(known) / median(unknown)
const pairDifference = (known: readonly number[], unknown: readonly number[]): number =>
  median(known.map((ms, round) => ms - (unknown[round] ?? 0)))

const HEAD = ['rule', 'known', 'unknown', 'answer', 'known ms', 'unknown ms', 'ratio', 'difference ms', 'known slower', 'below 0.1 ms']
const ALIGNS: readonly Align[] = ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'left']

/** Describes the times of a case as a row. Two calls differ a little, because the resamples are random. */
export function describeTimes(each: Pick<Case, 'rule' | 'known' | 'unknown'>, times: Times): readonly string[] {
  const { known, unknown, outcomes } = times
  const format = ({ middle, lower, upper }: Interval, digits: number): string =>
    `${middle.toFixed(digits)} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`
  const difference = estimate(times, pairDifference)
  const slower = known.filter((ms, round) => ms > (unknown[round] ?? 0)).length / known.length
  const isBelow = difference.lower > -LIMIT_MS && difference.upper < LIMIT_MS
  const isAbove = difference.lower > LIMIT_MS || difference.upper < -LIMIT_MS
  return [
    ...[each.rule, each.known, each.unknown],
    new Set([...outcomes].map((text) => text.replace(/^\w+ /, ''))).size === 1 ? 'same' : 'differs',
    ...[median(known).toFixed(2), median(unknown).toFixed(2), format(estimate(times, pairRatio), 3), format(difference, 3)],
    `${(slower * 100).toFixed(0)} %`,
    isBelow ? 'yes' : isAbove ? 'no' : 'not decided',
  ]
}

/** Formats the results for a terminal. */
export function formatTimes({ rows, run, where }: TimingResults): readonly string[] {
  return [where, run, ...formatColumns(HEAD, rows, ALIGNS)]
}

/** Formats the results as bench/TIMING.md. */
export function timesToMarkdown({ rows, run, where }: TimingResults): string {
  return [
    '# Time of answers for known and unknown users',
    '',
    `\`npm run bench:timing\` wrote this page on ${new Date().toISOString().slice(0, 10)}: ${run}.`,
    'It measures if the time of an answer reveals that a user, an address or a code exists.',
    '',
    ...formatMarkdown(HEAD, rows, ALIGNS),
    '',
    'If the answer differs, the rule reveals the account by its answer, as its option `revealsExistence` says.',
    '',
    'If the range of a difference does not contain 0, the difference is real. `requireInvite` and `migrateUsers` read a row for the known side, and',
    'none for the unknown side. In `uniqueCanonicalEmail`, the SDK makes an error of the failed condition.',
    '',
    '## How it is measured',
    '',
    '- Each round sends both requests of each rule, one after the other, in random order. All run in one process.',
    '- A time is that of the whole handler: event check, rules, answer and log line.',
    '- DynamoDB and SES are local services behind TLS, in another process. The Cognito of `guardAlias` answers in the same process.',
    '- Times are medians. The ratio is that of the medians. The difference is the median of the differences within a round.',
    `- The range in brackets has 95 % of ${RESAMPLES} resamples of the rounds (bootstrap).`,
    '- "Known slower" is the share of rounds in which the request about the known user took longer. At 50 %, one attempt tells nothing.',
    '- "Below 0.1 ms" is `yes` if the whole range of the difference is, and `no` if none of it is.',
    '- `migrateUsers` uses a cheap hash, so that the time of the rest shows. `customChallenge` answers after 60 ms instead of 1000 ms.',
    '',
    'A client sees the time of Cognito, Lambda and the network too. Suppose that it varies by 5 ms (standard deviation). Then a client needs',
    'about 40,000 requests for each name to tell a difference of 0.1 ms, and 400 for 1 ms. The formula is 2 × (1.96 + 0.84)² × (5 / difference)².',
    '',
    'A real DynamoDB has other times than the local one, so repeat the benchmark against your tables before you rely on a number.',
    '',
    '## Machine',
    '',
    `- ${where}`,
    '',
  ].join('\n')
}
