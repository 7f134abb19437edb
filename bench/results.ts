import { type Bar, type Chart, drawChart } from './chart.ts'
import { type Compared, isAgainstPeer, judgeGoal, type Outcome } from './goals.ts'
import type { Machine } from './machine.ts'
import { MEMORY_INVOCATIONS } from './measure.ts'
import type { Versions } from './peers.ts'
import { PROGRAM_NAMES, PROGRAMS, type ProgramName } from './programs.ts'
import type { Series } from './series.ts'
import { REGIONAL_LATENCY } from './stage.ts'
import { quantile } from './statistics.ts'
import { type Align, digits, formatColumns, formatMarkdown, OUTCOME_ALIGNS, OUTCOME_HEAD, outcomeRow } from './table.ts'

/** The results of a run. */
export interface Results {
  readonly machine: Machine
  readonly versions: Versions
  readonly seed: number
  readonly rounds: number
  readonly goals: readonly Outcome[]
  readonly further: readonly Outcome[]
  readonly series: Series
}

const FURTHER_HEAD: readonly string[] = ['measure', 'compared with', 'median', 'quartiles']
const FURTHER_ALIGNS: readonly Align[] = ['left', 'left', 'right', 'right']

/** Formats a comparison as a table row, without the columns about goals. */
function rowWithoutGoal(outcome: Outcome): readonly string[] {
  const [what = '', against = '', , median = '', around = ''] = outcomeRow(outcome)
  return [what, against, median, around]
}

/** Formats the results for a terminal. */
export function formatResults({ machine, goals, further, rounds, seed }: Results): readonly string[] {
  const missed = goals.filter(({ holds }) => holds === false).length
  return [
    `${formatMachine(machine)}; ${rounds} rounds, seed ${seed}`,
    '',
    ...formatColumns(OUTCOME_HEAD, goals.map(outcomeRow), OUTCOME_ALIGNS),
    '',
    ...formatColumns(['further measures', ...FURTHER_HEAD.slice(1)], further.map(rowWithoutGoal), FURTHER_ALIGNS),
    '',
    missed === 0 ? 'All goals are met.' : `${missed} of ${goals.length} goals are missed.`,
  ]
}

/** Formats the goals as JSON, for programs. */
export function toJson({ machine, versions, goals }: Results): string {
  const named = goals.map(({ what, against, unit, comparison, figures, atMost, holds }) => ({
    name: `${what}, against ${against}${comparison === 'ratio' ? '' : `, ${unit}${comparison === 'difference' ? ' more' : ''}`}`,
    ratio: figures.median,
    atMost,
    holds,
  }))
  return JSON.stringify({ machine, versions, goals: named }, undefined, 2)
}

/** Formats the results as bench/RESULTS.md. */
export function toMarkdown(results: Results, date: Date): string {
  const { machine, versions, goals, further, rounds, seed, series } = results
  const all = [...goals, ...further]
  return [
    '# Benchmark results',
    '',
    `\`npm run bench\` wrote this page on ${date.toISOString().slice(0, 10)}: ${rounds} rounds, seed ${seed}.`,
    'The benchmark measures the built handlers of Lifeguard against other programs that do the same job.',
    '',
    '## Lifeguard compared with alternatives',
    '',
    'A cold start imports the bundle and handles the first event. Figures are medians.',
    '',
    ...TRIGGERS.map(({ prefix, title }) => `- **${title}**: ${compareColdStarts(all, prefix)}`),
    '',
    '![Cold starts as multiples of a hand-written handler](chart.svg)',
    '',
    'In the table, 2x means twice as long and 0.5x means half as long as the program in the second column.',
    '',
    ...formatMarkdown(FURTHER_HEAD, TRIGGERS.flatMap(({ prefix }) => listPeers(all, prefix)).map(rowWithoutGoal), FURTHER_ALIGNS),
    '',
    '## Time that a user waits',
    '',
    'A user waits for a trigger during a sign-in, sign-up or confirmation. Times are medians in milliseconds.',
    'Pre authentication and post authentication, which also run at a sign-in, are not measured.',
    `Warm events of pre token generation and post confirmation include regional latency: ${REGIONAL_LATENCY.dynamodbMs} ms for each`,
    `DynamoDB call and ${REGIONAL_LATENCY.sesMs} ms for each SES call. Cold starts do not include it.`,
    '',
    ...TRIGGERS.toSorted((one, other) => one.order - other.order).map((trigger) => `- ${describeWait(trigger, series)}`),
    '',
    ...formatMarkdown(
      WAIT_HEAD,
      PROGRAM_NAMES.flatMap((name) => waitRow(name, series)),
      WAIT_ALIGNS,
    ),
    '',
    '## Goals',
    '',
    ...listGoals(goals),
    '## Other comparisons',
    '',
    ...formatMarkdown(FURTHER_HEAD, further.filter((each) => !isAgainstPeer(each)).map(rowWithoutGoal), FURTHER_ALIGNS),
    '',
    '## Medians of all programs',
    '',
    'These figures show only the order of magnitude. The speed of a machine changes between rounds and runs, so compare ratios instead.',
    '',
    ...formatMarkdown(
      MEDIAN_HEAD,
      PROGRAM_NAMES.map((name) => medianRow(name, series)),
      MEDIAN_ALIGNS,
    ),
    '',
    '## How it is measured',
    '',
    ...HOW,
    `- Machine: ${formatMachine(machine)}`,
    `- Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    '',
  ].join('\n')
}

interface Trigger {
  /** The prefix of the names of the trigger's programs. */
  readonly prefix: string
  readonly title: string
  readonly runs: string
  /** The trigger's position in the section about waiting, which starts with the sign-in. */
  readonly order: number
}

const TRIGGERS: readonly Trigger[] = [
  { prefix: 'pre/', title: 'Pre sign-up', runs: 'runs at each sign-up', order: 2 },
  { prefix: 'token/', title: 'Pre token generation', runs: 'runs at each sign-in and token refresh', order: 1 },
  { prefix: 'post/', title: 'Post confirmation', runs: 'runs once, when a user is confirmed', order: 3 },
  { prefix: 'message/', title: 'Custom message', runs: 'runs before each message of Cognito', order: 4 },
  { prefix: 'define/', title: 'Define auth challenge', runs: 'runs before each step of a custom challenge', order: 5 },
]

function listPeers(all: readonly Outcome[], prefix: string): readonly Outcome[] {
  return all.filter((each) => each.ours.startsWith(prefix) && isAgainstPeer(each))
}

function compareColdStarts(all: readonly Outcome[], prefix: string): string {
  const [first, ...others] = listPeers(all, prefix)
    .filter(({ ours }) => ours === `${prefix}lifeguard cold ms`)
    .map(({ against, figures }) => `${digits(figures.median)} times as long as ${against}.`)
  return [`a cold start of Lifeguard takes ${first}`, ...others.map((other) => `It takes ${other}`)].join(' ')
}

const WAIT_HEAD: readonly string[] = ['trigger', 'program', 'cold: import', 'cold: first event', 'warm event']
const WAIT_ALIGNS: readonly Align[] = ['left', 'left', 'right', 'right', 'right']

function describeWait({ prefix, title, runs }: Trigger, series: Series): string {
  const median = (figure: string): number => quantile(series.of(`${prefix}lifeguard ${figure}`), 0.5)
  const [load, first] = [median('import ms'), median('first ms')].map(digits)
  const cold = `**${title}** ${runs}. With Lifeguard, a cold start takes ${load} ms for the import and ${first} ms for the first event.`
  const warm = series.find(`${prefix}lifeguard warm p50 us`)
  return warm === undefined ? cold : `${cold} A warm event takes ${digits(quantile(warm, 0.5) / 1000)} ms.`
}

function waitRow(name: ProgramName, series: Series): readonly (readonly string[])[] {
  const trigger = TRIGGERS.find(({ prefix }) => name.startsWith(prefix))
  if (trigger === undefined) return []
  const median = (figure: string, divisor = 1): string => {
    const figures = series.find(`${name} ${figure}`)
    return figures === undefined ? '' : digits(quantile(figures, 0.5) / divisor)
  }
  return [[trigger.title, PROGRAMS[name].title, median('import ms'), median('first ms'), median('warm p50 us', 1000)]]
}

/** Lists the goals as sentences, missed ones first. */
function listGoals(goals: readonly Outcome[]): readonly string[] {
  const [missed, met] = [false, true].map((holds) => goals.filter((goal) => goal.holds === holds).map((goal) => `- ${formatGoal(goal)}`))
  const section = (title: string, lines: readonly string[] = []): readonly string[] =>
    lines.length === 0 ? [] : [`### ${title}`, '', ...lines, '']
  return [
    `${met?.length} of ${goals.length} goals are met, and ${missed?.length} are missed. Figures are medians.`,
    '',
    ...section('Missed goals', missed),
    ...section('Goals that are met', met),
  ]
}

function formatGoal({ what, against, comparison, unit, figures, atMost, rounds }: Outcome): string {
  const { lower, median, upper } = figures
  const around =
    rounds === 1 || comparison === 'value'
      ? ''
      : ` In half of the rounds it was between ${digits(lower)} and ${digits(upper)}${comparison === 'ratio' ? '' : ` ${unit}`}.`
  if (comparison === 'ratio')
    return `The ${what} is ${digits(median)} times that of ${against}. The goal is at most ${atMost} times.${around}`
  if (comparison === 'value') return `The ${what} is ${digits(median)} ${unit}. The goal is at most ${atMost} ${unit}.`
  const difference = `${digits(Math.abs(median))} ${unit} ${median < 0 ? 'less' : 'more'}`
  return `The ${what} is ${difference} than that of ${against}. The goal is at most ${atMost} ${unit} more.${around}`
}

const HOW: readonly string[] = [
  "- A cold start runs in a fresh process that has loaded the same built-in modules as Lambda's runtime client.",
  '- The process time is measured from the start of a process to its end.',
  '- Programs run in random order within a round. A ratio compares two programs within a round.',
  '- Half of the rounds lie between the two quartiles.',
  '- Warm programs take turns in one process.',
  '- DynamoDB and SES are local services behind TLS on the same machine. Latency is added only for figures with regional latency.',
  `- Resident memory is measured after ${MEMORY_INVOCATIONS.few} invocations, or after ${MEMORY_INVOCATIONS.many} if the table says so.`,
  '- A kB is 1000 bytes. The size of a zip is computed as osls packs it.',
  '- Before measuring, all programs of a trigger are checked to give the same answers to the same events.',
  '- For an event that is delivered twice, each program must write one profile and send one email.',
]

const MEDIAN_HEAD: readonly string[] = [
  'program',
  'description',
  'import ms',
  'first ms',
  'process ms',
  'warm p50 µs',
  'warm p99 µs',
  'resident MB',
  'raw kB',
  'zip kB',
]
const MEDIAN_ALIGNS: readonly Align[] = ['left', 'left', ...MEDIAN_HEAD.slice(2).map((): Align => 'right')]
const MEDIAN_SERIES: readonly string[] = [
  'import ms',
  'first ms',
  'process ms',
  'warm p50 us',
  'warm p99 us',
  'resident MB',
  'raw kB',
  'zip kB',
]

function medianRow(name: ProgramName, series: Series): readonly string[] {
  return [
    name,
    PROGRAMS[name].title,
    ...MEDIAN_SERIES.map((figure) => {
      const figures = series.find(`${name} ${figure}`)
      return figures === undefined ? '' : digits(quantile(figures, 0.5))
    }),
  ]
}

function formatMachine({ cpu, cores, memoryGb, system, pinned }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; ${pinned ? 'measured programs run on their own core' : 'not pinned to a core'}`
}

const PRE_BARS: readonly ProgramName[] = ['pre/hand-written', 'pre/lifeguard', 'pre/middy-zod', 'pre/powertools']
const POST_BARS: readonly ProgramName[] = ['post/hand-written', 'post/lifeguard', 'post/powertools']

/** Draws the cold starts as bench/chart.svg. */
export function toChart({ series }: Pick<Results, 'series'>): string {
  const pre = PRE_BARS.map((name) => bar(name, 'pre/hand-written', series))
  const post = POST_BARS.map((name) => bar(name, 'post/hand-written', series))
  const list = (bars: readonly Bar[]): string => bars.map(({ label, ratio }) => `${label} ${ratio.toFixed(2)}`).join(', ')
  const chart: Chart = {
    title: 'Cold start as a multiple of the hand-written handler; less is better',
    description: `Import and first invocation: medians of ratios measured side by side, lines from quartile to quartile. Pre sign-up: ${list(pre)}. Post confirmation: ${list(post)}.`,
    groups: [
      { title: 'Pre sign-up: a domain is checked, the user confirmed', bars: pre },
      { title: 'Post confirmation: a profile and one welcome mail', bars: post },
    ],
  }
  return drawChart(chart)
}

function bar(name: ProgramName, base: ProgramName, series: Series): Bar {
  const compared: Compared = {
    what: name,
    against: base,
    comparison: 'ratio',
    unit: 'x',
    ours: `${name} cold ms`,
    theirs: `${base} cold ms`,
  }
  const { lower, median, upper } = judgeGoal(compared, series).figures
  // A chart cannot show inline code, so the backticks are removed.
  return { label: PROGRAMS[name].title.replaceAll('`', ''), ratio: median, lower, upper, ours: PROGRAMS[name].bundling === 'lifeguard' }
}
