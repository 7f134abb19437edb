import { isAnswer } from './check.ts'
import { generateDomains } from './domains.ts'
import type { WarmReport } from './job.ts'
import { LEAST_ROUNDS } from './options.ts'
import { FEW_DOMAINS, MOST_DOMAINS, PROGRAM_NAMES, type ProgramName } from './programs.ts'
import { createSeries, type Series } from './series.ts'
import { shuffle } from './shuffle.ts'
import { createEnvironment, type Latency, NO_LATENCY, REGIONAL_LATENCY, runCold, type Stage } from './stage.ts'

/** Programs that take turns in one process: at least one. */
type Turns = readonly [ProgramName, ...ProgramName[]]

const PRE_COLD: readonly ProgramName[] = ['pre/bare', 'pre/hand-written', 'pre/middy-zod', 'pre/powertools', 'pre/lifeguard']
const DOMAINS_COLD: readonly ProgramName[] = ['domains/bare', 'domains/many']
const TOKEN_COLD: Turns = ['token/hand-written', 'token/powertools', 'token/lifeguard']
const MESSAGE_COLD: Turns = ['message/hand-written', 'message/powertools', 'message/lifeguard']
const DEFINE_COLD: Turns = ['define/hand-written', 'define/powertools', 'define/lifeguard']
const POST_COLD: readonly ProgramName[] = ['post/hand-written', 'post/hand-written-commonjs', 'post/powertools', 'post/lifeguard']
const POST_WARM: Turns = ['post/hand-written', 'post/powertools', 'post/lifeguard']

/** Numbers of invocations after which the memory is measured. After `few`, the memory contains hardly any uncollected garbage. */
export const MEMORY_INVOCATIONS = { few: 20, many: 1000 } as const

/**
 * Milliseconds between the import and the first event, for a process that Lambda initialised ahead of time, such as with provisioned
 * concurrency. The pause is long enough to finish work that a program starts at import.
 */
const READY_MS = 100

interface Group {
  readonly latency: Latency
  readonly steps: readonly Step[]
}

/** Measures one program, or programs that take turns, and records the figures. */
type Step = (round: number) => Promise<void>

/** Options of `measure`. */
export interface MeasureOptions {
  readonly rounds: number
  readonly seed: number
  /** Time after which no new round starts, in milliseconds since this process started. At least three rounds run, even after this time. */
  readonly endsAt: number
  readonly onProgress: (done: string) => void
}

/**
 * Measures all programs in rounds. Each round runs the groups in random order, and the programs of a group in random order, so that
 * other load on the machine affects all programs alike.
 *
 * @throws Error that names the program that failed.
 */
export async function measure(stage: Stage, { rounds, seed, endsAt, onProgress }: MeasureOptions): Promise<Series> {
  const series = createSeries()
  for (const name of PROGRAM_NAMES) {
    const { rawBytes, entryBytes, zipBytes } = stage.built.of(name)
    series.record(`${name} raw kB`, rawBytes / 1000)
    series.record(`${name} entry kB`, entryBytes / 1000)
    series.record(`${name} zip kB`, zipBytes / 1000)
  }
  const groups = createGroups(stage, series, seed, await measureLineLength(stage))
  for (let round = 0; round < rounds && (round < LEAST_ROUNDS || performance.now() < endsAt); round++) {
    for (const { latency, steps } of shuffle(groups, seed, 'groups', round)) {
      await stage.services.ask({ kind: 'delay', ...latency }, 'delayed')
      await stage.services.ask({ kind: 'count' }, 'counted')
      for (const step of shuffle(steps, seed, 'steps', round)) await step(round)
    }
    onProgress(`round ${round + 1} of ${rounds}`)
  }
  return series
}

/** Returns the length of the log line that Lifeguard writes in a warm invocation. */
async function measureLineLength(stage: Stage): Promise<number> {
  const { output } = await runCold(stage, 'pre/lifeguard', stage.events.approved, 3)
  return output.trimEnd().split('\n').at(-1)?.length ?? 0
}

function createGroups(stage: Stage, series: Series, seed: number, logged: number): readonly Group[] {
  const { approved, confirmed, refreshed, messaged, message, defined, step } = stage.events
  const domain = generateDomains(1)[0] ?? ''
  const inDomain = approved.replace('mary@example.com', `mary@${domain}`)
  const cold =
    (event: string, answered: object, label = '') =>
    (name: ProgramName) =>
      coldStep(stage, series, name, event, answered, label)
  const ready =
    (event: string) =>
    (name: ProgramName): Step =>
    async () => {
      const { report } = await runCold(stage, name, event, 1, {}, { pauseMs: READY_MS })
      series.record(`${name} ready first ms`, report.firstMs)
    }
  const resident =
    (event: string, invocations: number, label = 'resident') =>
    (name: ProgramName): Step =>
    async () => {
      const { report } = await runCold(stage, name, event, invocations, { BENCH_LINE_LENGTH: String(logged) })
      series.record(`${name} ${label} MB`, report.rssBytes / 1e6)
    }
  return [
    { latency: NO_LATENCY, steps: PRE_COLD.map(cold(approved, { autoConfirmUser: true })) },
    { latency: NO_LATENCY, steps: DOMAINS_COLD.map(cold(inDomain, {})) },
    { latency: NO_LATENCY, steps: TOKEN_COLD.map(cold(refreshed, {})) },
    { latency: NO_LATENCY, steps: MESSAGE_COLD.map(cold(messaged, message)) },
    { latency: NO_LATENCY, steps: DEFINE_COLD.map(cold(defined, step)) },
    { latency: NO_LATENCY, steps: POST_COLD.map(cold(confirmed, {})) },
    { latency: REGIONAL_LATENCY, steps: POST_WARM.map(cold(confirmed, {}, 'regional ')) },
    { latency: NO_LATENCY, steps: POST_WARM.map(ready(confirmed)) },
    { latency: NO_LATENCY, steps: (['pre/bare', 'pre/lifeguard'] as const).map(resident(approved, MEMORY_INVOCATIONS.few)) },
    { latency: NO_LATENCY, steps: (['post/powertools', 'post/lifeguard'] as const).map(resident(confirmed, MEMORY_INVOCATIONS.few)) },
    {
      latency: NO_LATENCY,
      steps: (['pre/bare-logging', 'pre/powertools', 'pre/lifeguard'] as const).map(resident(approved, MEMORY_INVOCATIONS.many, 'later')),
    },
    {
      latency: NO_LATENCY,
      steps: [
        warmStep(stage, series, ['pre/bare-logging', 'pre/lifeguard'], {
          events: () => [approved],
          environment: { BENCH_LINE_LENGTH: String(logged) },
          plan: { warmUp: 3000, blocks: 8, block: 500 },
          seed,
        }),
        warmStep(stage, series, ['domains/few', 'domains/most'], {
          events: (name) => spreadOverDomains(approved, name === 'domains/few' ? FEW_DOMAINS : MOST_DOMAINS),
          environment: {},
          plan: { warmUp: 2000, blocks: 8, block: 250 },
          seed,
        }),
      ],
    },
    {
      latency: REGIONAL_LATENCY,
      steps: [
        warmStep(stage, series, POST_WARM, {
          events: () => [confirmed],
          environment: {},
          plan: { warmUp: 3, blocks: 2, block: 4 },
          seed,
        }),
        warmStep(stage, series, TOKEN_COLD, {
          events: () => [refreshed],
          environment: {},
          plan: { warmUp: 20, blocks: 4, block: 10 },
          seed,
        }),
      ],
    },
  ]
}

function coldStep(stage: Stage, series: Series, name: ProgramName, event: string, answered: object, label: string): Step {
  return async () => {
    const { report, processMs, from } = await runCold(stage, name, event, 1)
    if (!isAnswer(event.replaceAll('$N', String(from)), answered)(report.answer)) {
      throw new Error(`${name} gave an unexpected answer: ${JSON.stringify(report.answer)}`)
    }
    // Counts the emails, so that a program cannot be fast because it sends none.
    const { mails } = await stage.services.ask({ kind: 'count' }, 'counted')
    if (mails !== (name.startsWith('post/') ? 1 : 0))
      throw new Error(`${name} sent ${mails} emails for one event; expected ${name.startsWith('post/') ? 1 : 0}`)
    series.record(`${name} ${label}import ms`, report.importMs)
    series.record(`${name} ${label}first ms`, report.firstMs)
    series.record(`${name} ${label}cold ms`, report.importMs + report.firstMs)
    series.record(`${name} ${label}process ms`, processMs)
  }
}

interface Warm {
  readonly events: (name: ProgramName) => readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly plan: { readonly warmUp: number; readonly blocks: number; readonly block: number }
  readonly seed: number
}

function warmStep(stage: Stage, series: Series, names: Turns, { events, environment, plan, seed }: Warm): Step {
  return async (round) => {
    const { warmUp, blocks, block } = plan
    const programs = names.map((name) => ({ file: stage.built.of(name).file, events: events(name) }))
    const from = stage.users((warmUp + blocks * block) * names.length)
    const job = { kind: 'warm', programs, from, ...plan, seed: seed + round } as const
    const { report } = await stage.launcher.run<WarmReport>(names.join(' and '), job, {
      ...createEnvironment(stage, names[0]),
      ...environment,
    })
    for (const [index, name] of names.entries()) {
      series.record(`${name} warm p50 us`, report.p50[index] ?? Number.NaN)
      series.record(`${name} warm p99 us`, report.p99[index] ?? Number.NaN)
    }
  }
}

// The number of events: enough to spread lookups over the whole domain list, and few enough to pass as a command line argument.
const EVENTS = 100

function spreadOverDomains(event: string, count: number): readonly string[] {
  const domains = generateDomains(count)
  const apart = Math.max(1, Math.floor(count / EVENTS))
  return Array.from({ length: EVENTS }, (_, index) => {
    const domain = domains[(index * apart) % count]
    return event.replace('mary@example.com', `mary@${domain}`)
  })
}
