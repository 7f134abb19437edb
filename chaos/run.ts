import { existsSync } from 'node:fs'
import type { CutOff } from '../src/shared/rules/ledger.ts'
import { cognito, type Misfortunes } from './driver.ts'
import type { Evidence } from './evidence.ts'
import { FAULTS, faultPlan } from './faults.ts'
import { type Journey, signIn, travel } from './journey.ts'
import { judge, type Verdict } from './judge.ts'
import { startPool } from './pool.ts'
import { bundlesIn, openStage } from './stage.ts'
import { scheduledSweep, sweepUntilQuiet } from './sweep.ts'
import { makeUsers, POOL } from './users.ts'

/** What is to be run. */
export interface RunOptions {
  readonly seed: number
  readonly users: number
  /** Of a hundred calls to the services, how many go wrong. */
  readonly percent: number
  readonly cutOff: CutOff
  /** The folder of the bundles, such as `dist`. */
  readonly bundles: string
  /** A file descriptor for the handlers' log lines. */
  readonly log?: number | undefined
  /** Told now and then how far it is. */
  readonly onProgress?: (done: string) => void
}

/** What came of it. */
export interface RunResult extends Verdict {
  readonly counts: Readonly<Record<string, number>>
  readonly seconds: number
}

const PROCESSES = 3
const AT_A_TIME = 60
const HEALING_ROUNDS = 3
const NO_FAULTS: Misfortunes = { kill: 0, freeze: 0, impatience: 0 }

/** Takes users through sign-up, confirmation and sign-in while services and processes fail, heals, sweeps and judges. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, percent, cutOff, bundles, log, onProgress = () => undefined } = options
  const startedAt = performance.now()
  const stage = await openStage({ plan: faultPlan({ seed, percent }), cutOff })
  try {
    const files = bundlesIn(bundles, ['pre-signup', 'post-confirmation', 'pre-auth', 'post-auth', 'sweeper']).filter(([, file]) =>
      existsSync(file),
    )
    const pool = await startPool({ files, environment: stage.environment, log, processes: PROCESSES })
    try {
      const users = makeUsers(seed, options.users)
      await eachOf(
        users.filter(({ kind }) => kind === 'blocked'),
        AT_A_TIME,
        ({ sub }) => stage.block(POOL, sub),
      )
      const misfortunes = percent === 0 ? NO_FAULTS : { kill: 0.002, freeze: 4 / (options.users * 5), impatience: 0.02 }
      const driver = cognito(pool, seed, misfortunes)
      const journeys: Journey[] = []
      await eachOf(users, AT_A_TIME, async (user) => {
        journeys.push(await travel(user, driver, seed))
        if (journeys.length % 100 === 0) onProgress(`${journeys.length} of ${users.length} users`)
      })
      await pool.idle()
      const sweep = scheduledSweep(pool, stage, seed)
      let swept = await sweepUntilQuiet(sweep, pool, stage)
      const evidence = async (): Promise<Evidence> => ({
        cutOff,
        journeys,
        attempts: pool.attempts(),
        crashes: pool.count().crashes,
        dynamodb: stage.dynamodb.log(),
        ses: stage.ses.log(),
        profiles: await stage.profiles(),
        effects: await stage.effects(),
      })
      let healed = 0
      for (let round = 0; round < HEALING_ROUNDS; round += 1) {
        const missing = await unknownToAll(journeys, await evidence())
        if (missing.length === 0) break
        onProgress(`${missing.length} users of whom nothing is known sign in again`)
        healed += missing.length
        await eachOf(missing, AT_A_TIME, async ({ user }) => {
          await signIn(user, driver, `again ${round}`)
        })
        await pool.idle()
        const again = await sweepUntilQuiet(sweep, pool, stage)
        swept = { sweeps: swept.sweeps + again.sweeps, left: again.left }
      }
      const final = await evidence()
      const calls = [...final.dynamodb, ...final.ses]
      return {
        ...judge(final),
        counts: {
          users: users.length,
          confirmed: journeys.filter(({ confirmed }) => confirmed).length,
          'turned away': journeys.filter(({ turnedAway }) => turnedAway).length,
          ...driver.count(),
          ...pool.count(),
          'calls to services': calls.length,
          ...Object.fromEntries(FAULTS.map((fault) => [`  ${fault}`, calls.filter((call) => call.fault === fault).length])),
          sweeps: swept.sweeps,
          'effects left after them': swept.left,
          'healing sign-ins': healed,
        },
        seconds: (performance.now() - startedAt) / 1000,
      }
    } finally {
      await pool.stop()
    }
  } finally {
    await stage.stop()
  }
}

/** Confirmed users whose profile is missing, or of whose mail neither SES nor the ledger knows: they heal when they sign in. */
async function unknownToAll(journeys: readonly Journey[], { profiles, effects }: Evidence): Promise<readonly Journey[]> {
  const known = new Set(profiles.map(({ sub }) => sub))
  const recorded = new Set(effects.map(({ sub }) => sub))
  return journeys.filter(({ confirmed, user }) => confirmed && !(known.has(user.sub) && recorded.has(user.sub)))
}

/** Does something with each of them, some at a time. */
async function eachOf<V>(values: readonly V[], atATime: number, work: (value: V) => Promise<void>): Promise<void> {
  const rest = values.values()
  const worker = async (): Promise<void> => {
    for (const value of rest) await work(value)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}
