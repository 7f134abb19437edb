import { type Bar, type Chart, drawChart } from './chart.ts'
import { type Compared, judgeGoal, type Outcome } from './goals.ts'
import type { Machine } from './machine.ts'
import { MEMORY_INVOCATIONS } from './measure.ts'
import type { Versions } from './peers.ts'
import { PROGRAM_NAMES, PROGRAMS, type ProgramName } from './programs.ts'
import type { Series } from './series.ts'
import { quantile } from './statistics.ts'
import { type Align, digits, formatColumns, formatMarkdown, OUTCOME_ALIGNS, OUTCOME_HEAD, outcomeRow } from './table.ts'

/** What a run came to. */
export interface Results {
  readonly machine: Machine
  readonly versions: Versions
  readonly seed: number
  readonly rounds: number
  readonly goals: readonly Outcome[]
  readonly further: readonly Outcome[]
  readonly series: Series
}

const FURTHER_HEAD: readonly string[] = ['what', 'against', 'median', 'quartiles']
const FURTHER_ALIGNS: readonly Align[] = ['left', 'left', 'right', 'right']

/** The row of a comparison that has no goal, and so nothing to hold. */
function withoutGoal(outcome: Outcome): readonly string[] {
  const [what = '', against = '', , median = '', around = ''] = outcomeRow(outcome)
  return [what, against, median, around]
}

/** For a terminal. */
export function formatResults({ machine, goals, further, rounds, seed }: Results): readonly string[] {
  const failed = goals.filter(({ holds }) => holds === false).length
  return [
    `${describe(machine)}; ${rounds} rounds, seed ${seed}`,
    '',
    ...formatColumns(OUTCOME_HEAD, goals.map(outcomeRow), OUTCOME_ALIGNS),
    '',
    ...formatColumns(['further', ...FURTHER_HEAD.slice(1)], further.map(withoutGoal), FURTHER_ALIGNS),
    '',
    failed === 0 ? 'All goals hold.' : `${failed} of ${goals.length} goals do not hold.`,
  ]
}

/** For a program. */
export function toJson({ machine, versions, goals }: Results): string {
  const told = goals.map(({ what, against, unit, comparison, figures, atMost, holds }) => ({
    name: `${what}, against ${against}${comparison === 'ratio' ? '' : `, ${unit}${comparison === 'difference' ? ' more' : ''}`}`,
    ratio: figures.median,
    atMost,
    holds,
  }))
  return JSON.stringify({ machine, versions, goals: told }, undefined, 2)
}

/** For bench/RESULTS.md. */
export function toMarkdown(results: Results, date: Date): string {
  const { machine, versions, goals, further, rounds, seed, series } = results
  return [
    '# Results of the bench',
    '',
    `Written by \`npm run bench\` on ${date.toISOString().slice(0, 10)}: ${rounds} rounds, seed ${seed}.`,
    '',
    `- Machine: ${describe(machine)}`,
    `- Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    '',
    ...HOW,
    '',
    '## Goals',
    '',
    ...formatMarkdown(OUTCOME_HEAD, goals.map(outcomeRow), OUTCOME_ALIGNS),
    '',
    '## What else was compared',
    '',
    ...formatMarkdown(FURTHER_HEAD, further.map(withoutGoal), FURTHER_ALIGNS),
    '',
    '## Medians',
    '',
    'Only to show the order of magnitude: a machine drifts between rounds and between runs, so compare ratios, not these.',
    '',
    ...formatMarkdown(
      MEDIAN_HEAD,
      PROGRAM_NAMES.map((name) => medianRow(name, series)),
      MEDIAN_ALIGNS,
    ),
    '',
  ].join('\n')
}

const HOW: readonly string[] = [
  "Cold is import and first invocation, in a fresh process that has loaded what the client of Lambda's runtime loads; whole process is",
  'from its start to its end. Ratios are taken pair by pair within a round, programs in an order by chance, and what stands here is their',
  'median and quartiles. Warm programs take turns in one process. The services are the embedded ones, behind TLS on this machine, with no',
  'latency added except where 5 and 40 ms are named: those of DynamoDB and of SES. Resident memory is that of a process after',
  `${MEMORY_INVOCATIONS.few} invocations, or ${MEMORY_INVOCATIONS.many} where it says so. A kB is 1000 bytes; a zip is counted as osls packs it.`,
  'Before anything was measured, all programs gave the same answers to the same events, and wrote one profile and sent one mail for an',
  'event that came twice.',
]

const MEDIAN_HEAD: readonly string[] = [
  'program',
  'what it is',
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

function describe({ cpu, cores, memoryGb, system, pinned }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; ${pinned ? 'what is measured on a core of its own' : 'not pinned'}`
}

const PRE_BARS: readonly ProgramName[] = ['pre/hand-written', 'pre/lifeguard', 'pre/middy-zod', 'pre/powertools']
const POST_BARS: readonly ProgramName[] = ['post/hand-written', 'post/lifeguard', 'post/powertools']

/** For bench/chart.svg: cold starts. */
export function toChart({ series }: Pick<Results, 'series'>): string {
  const pre = PRE_BARS.map((name) => bar(name, 'pre/hand-written', series))
  const post = POST_BARS.map((name) => bar(name, 'post/hand-written', series))
  const told = (bars: readonly Bar[]): string => bars.map(({ label, ratio }) => `${label} ${ratio.toFixed(2)}`).join(', ')
  const chart: Chart = {
    title: 'Cold start as a multiple of the hand-written handler; less is better',
    description: `Import and first invocation: medians of ratios measured side by side, lines from quartile to quartile. Pre sign-up: ${told(pre)}. Post confirmation: ${told(post)}.`,
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
  // In a picture nobody sees which words are code.
  return { label: PROGRAMS[name].title.replaceAll('`', ''), ratio: median, lower, upper, ours: PROGRAMS[name].bundling === 'lifeguard' }
}
