import { existsSync } from 'node:fs'
import type { Delivery } from '../src/shared/rules/once.ts'
import { UsageError } from '../src/tools/lib/errors.ts'
import { FUNCTIONS } from './child-messages.ts'
import { type Cognito, cognito, type Misfortunes } from './driver.ts'
import { EFFECTS, type Evidence, parseEffectSub } from './evidence.ts'
import { FAULTS, faultPlan } from './faults.ts'
import { forEachLimited } from './for-each-limited.ts'
import type { Handlers } from './handlers.ts'
import { heal } from './heal.ts'
import { formatHistory } from './history.ts'
import { type Journey, signIn, travel } from './journey.ts'
import { judge, type Verdict } from './judge.ts'
import { openLog } from './log.ts'
import { type Pool, startPool } from './pool.ts'
import { draw } from './random.ts'
import { recover } from './recover.ts'
import { listBundles, openStage, type Stage } from './stage.ts'
import { scheduledSweep, sweepDuring, sweepUntilQuiet } from './sweep.ts'
import { INVITE_USES, listCodes, makeUsers, POOL, type User } from './users.ts'

/** Options of a run. */
export interface RunOptions {
  readonly seed: number
  readonly users: number
  /** Percentage of service calls that fail. */
  readonly percent: number
  readonly delivery: Delivery
  readonly handlers: Handlers
  /** The folder of the bundles, such as `dist`. */
  readonly bundles: string
  /** The path of a file for the handlers' log lines. */
  readonly log?: string | undefined
  /** Receives the progress from time to time, such as `100 of 500 users`. */
  readonly onProgress?: (done: string) => void
}

/** The result of a run. */
export interface RunResult extends Verdict {
  readonly counts: Readonly<Record<string, number>>
  readonly seconds: number
  /** Histories of a few users for whom a guarantee was broken, by `sub`. */
  readonly histories: ReadonlyMap<string, readonly string[]>
}

/** The options of a run and everything that it started. */
interface Running extends RunOptions {
  readonly stage: Stage
  readonly pool: Pool
  readonly driver: Cognito
  readonly logFile: string
}

const PROCESSES = 3
const AT_A_TIME = 60
const LEAVING = 0.03
// Share of members who sign in again near the end of a run, which must not send them another email.
const COMING_BACK = 0.1
// Largest number of users whose history is printed for a broken guarantee.
const HISTORIES = 2
const DAY_MS = 24 * 60 * 60_000

/**
 * Runs the whole harness:
 *
 * 1. Runs sign-up, confirmation and sign-in of all users while services and processes fail.
 * 2. Runs the sweeper until no effect is pending.
 * 3. Recovers effects from the functions' log.
 * 4. Repeats the sign-in of users whose profile or effect is missing.
 * 5. Compares the result with the guarantees.
 *
 * @throws UsageError when a bundle is missing.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const startedAt = performance.now()
  const files = listBundles(options.bundles, FUNCTIONS)
  const [missing] = files.filter(([, file]) => !existsSync(file))
  if (missing !== undefined) throw new UsageError(`Missing bundle ${missing[1]}; run npm run build first`)
  const stage = await openStage({ plan: faultPlan(options), delivery: options.delivery })
  const log = await openLog(options.log)
  try {
    const environment = { ...stage.environment, LOG_LEVEL: options.log === undefined ? 'error' : 'info' }
    const pool = await startPool({ files, environment, log: log.descriptor, processes: PROCESSES })
    try {
      const driver = cognito(pool, options.seed, misfortunes(options))
      return await play({ ...options, stage, pool, driver, logFile: log.file }, startedAt)
    } finally {
      await pool.stop()
    }
  } finally {
    await log.close()
    await stage.stop()
  }
}

/** Returns the probabilities of process faults. `freeze` is smaller for many users, so that every run stops only a few processes. */
function misfortunes({ percent, users }: RunOptions): Misfortunes {
  return percent === 0 ? { kill: 0, freeze: 0, impatience: 0 } : { kill: 0.002, freeze: Math.min(0.002, 4 / (users * 5)), impatience: 0.02 }
}

async function play(running: Running, startedAt: number): Promise<RunResult> {
  const { seed, delivery, handlers, stage, pool, driver, onProgress = () => undefined } = running
  const users = makeUsers(seed, running.users)
  const sweep = scheduledSweep(pool, stage, seed)
  let { result: journeys, sweeps } = await sweepDuring(sweep, sendThrough(users, running))
  await pool.idle()
  const gone = leave(journeys, running)
  const swept = async (): Promise<void> => {
    onProgress('sweeping until quiet')
    sweeps += (await sweepUntilQuiet(sweep, pool, stage)).sweeps
  }
  const recovered = async (): Promise<void> => {
    await recover(running.logFile, delivery, stage.afterwards)
    await swept()
  }
  await swept()
  await recovered()
  await comeBack(journeys, gone, running)
  const healing = await heal(journeys, gone, {
    stage,
    driver,
    pool,
    effects: EFFECTS[handlers],
    atATime: AT_A_TIME,
    onProgress,
  })
  await swept()
  // Ends the faults of the services, and recovers the effects that were lost since the first recovery, also those that a sweep had
  // claimed.
  stage.calm()
  await recovered()

  const evidence: Evidence = {
    delivery,
    handlers,
    journeys,
    gone,
    attempts: pool.attempts(),
    crashes: pool.count().crashes,
    dynamodb: stage.dynamodb.log(),
    ses: stage.ses.log(),
    cognito: stage.cognito.log(),
    eventBridge: stage.eventBridge.log(),
    webhook: stage.webhook.log(),
    grouped: stage.users.grouped(),
    profiles: await stage.profiles(),
    effects: await stage.effects(),
    invites: await stage.invites(),
    mailboxes: await stage.mailboxes(),
  }
  const calls = [...evidence.dynamodb, ...evidence.ses, ...evidence.cognito, ...evidence.eventBridge, ...evidence.webhook]
  const { kills, freezes } = pool.count()
  const veterans = new Set(users.filter(({ kind }) => kind === 'veteran').map(({ sub }) => sub))
  const queued = new Set(
    evidence.dynamodb.map(({ about }) => parseEffectSub(about)).filter((sub) => sub !== undefined && veterans.has(sub)),
  )
  const counts = {
    users: users.length,
    'confirmed users': journeys.filter(({ confirmed }) => confirmed).length,
    'existing users': veterans.size,
    '  existing users with an effect in the ledger': queued.size,
    'members never let in, also for want of an invitation': journeys.filter(({ turnedAway }) => turnedAway).length,
    'users deleted before the sweep': gone.size,
    ...driver.count(),
    'processes killed': kills,
    'processes stopped for a while': freezes,
    'calls to services': calls.length,
    ...Object.fromEntries(FAULTS.map((fault) => [`  ${fault}`, calls.filter((call) => call.fault === fault).length])),
    sweeps,
    'sign-ins to restore missing data': healing,
  }
  const verdict = judge(evidence)
  return { ...verdict, counts, seconds: (performance.now() - startedAt) / 1000, histories: formatHistories(verdict, users, evidence) }
}

function formatHistories({ promises }: Verdict, users: readonly User[], evidence: Evidence): ReadonlyMap<string, readonly string[]> {
  const examples = promises.flatMap((promised) => promised.examples.slice(0, HISTORIES)).join(' ')
  const theirs = users.filter(({ sub }) => examples.includes(sub))
  return new Map(theirs.map((user) => [user.sub, formatHistory(user, evidence)]))
}

async function sendThrough(users: readonly User[], { seed, stage, driver, onProgress }: Running): Promise<readonly Journey[]> {
  const blocked = users.filter(({ kind }) => kind === 'blocked')
  await forEachLimited(blocked, AT_A_TIME, ({ sub }) => stage.block(POOL, sub))
  await forEachLimited(listCodes(users), AT_A_TIME, (code) => stage.invite(code, INVITE_USES))
  for (const user of users.filter(({ kind }) => kind === 'veteran'))
    stage.users.add(user, new Date(stage.since.getTime() - 1 - Math.floor(draw(seed, 'age', user.index) * 400 * DAY_MS)))
  const journeys: Journey[] = []
  await forEachLimited(users, AT_A_TIME, async (user) => {
    if (user.kind === 'member') stage.users.add(user, new Date())
    journeys.push(await travel(user, driver, seed))
    if (journeys.length % 100 === 0) onProgress?.(`${journeys.length} of ${users.length} users`)
  })
  return journeys
}

/** Repeats the sign-in of some users. Their effects are already done or dead letters, so this must not send another email. */
async function comeBack(journeys: readonly Journey[], gone: ReadonlyMap<string, number>, { seed, driver, pool }: Running): Promise<void> {
  const coming = journeys
    .filter(({ confirmed, user }) => confirmed && !gone.has(user.sub) && draw(seed, 'coming-back', user.index) < COMING_BACK)
    .map(({ user }) => user)
  await forEachLimited(coming, AT_A_TIME, async (user) => void (await signIn(user, driver, 'later')))
  await pool.idle()
}

/** Deletes some users after the sign-ups and before the next sweep. Returns the time of each deletion, by `sub`. */
function leave(journeys: readonly Journey[], { seed, stage }: Running): ReadonlyMap<string, number> {
  const leaving = journeys.filter(({ confirmed, user }) => confirmed && draw(seed, 'leaving', user.index) < LEAVING)
  for (const { user } of leaving) stage.users.remove(user)
  return new Map(leaving.map(({ user }) => [user.sub, performance.now()]))
}
