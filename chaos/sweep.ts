import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from './pool.ts'
import { draw } from './random.ts'
import type { Stage } from './stage.ts'

/** Runs the sweeper once. Returns the number of effects that are still pending. */
export type Sweep = () => Promise<number>

// The run stops sweeping after this many sweeps in a row without progress. A few such sweeps may be due to faults alone.
const IDLE_SWEEPS = 20
// Share of sweeps that run twice at the same time, because a schedule does not wait for the previous run.
const TWO_AT_ONCE = 0.1
// The clock moves this far past the due time, because the sweeper keeps effects of missing users for a minute: Cognito may list a new
// user late.
const LATER_MS = 120_000
const KILL = 0.1
const EVERY_MS = 3000
const KILL_WITHIN_MS = 2000

/**
 * Returns a function that runs the sweeper like its schedule does. In some calls, two sweepers run at once, and some sweepers are
 * killed.
 */
export function scheduledSweep(pool: Pool, stage: Pick<Stage, 'pending'>, seed: number): Sweep {
  let sweeps = 0
  const call = async (nth: number): Promise<void> => {
    const { slot, ending } = await pool.invoke(
      'sweeper',
      'sweeper',
      JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event' }),
    )
    if (draw(seed, 'kill-sweeper', sweeps, nth) >= KILL) return void (await ending)
    await Promise.race([ending, sleep(draw(seed, 'kill-sweeper-after', sweeps, nth) * KILL_WITHIN_MS)])
    pool.kill(slot)
    await ending
  }
  return async () => {
    sweeps += 1
    await Promise.all(draw(seed, 'two-sweepers', sweeps) < TWO_AT_ONCE ? [call(1), call(2)] : [call(1)])
    return (await stage.pending()).length
  }
}

/** Runs a sweep every 3 s until the work is done. */
export async function sweepDuring<V>(sweep: Sweep, work: Promise<V>): Promise<{ readonly result: V; readonly sweeps: number }> {
  let sweeps = 0
  const over = new AbortController()
  const sweeping = (async () => {
    while (await sleep(EVERY_MS, true, { signal: over.signal }).catch(() => false)) {
      await sweep()
      sweeps += 1
    }
  })()
  try {
    const result = await work
    return { result, sweeps }
  } finally {
    over.abort()
    await sweeping
  }
}

/**
 * Sweeps until no effect is pending or sweeps no longer help. Moves the time of day forward before each sweep past the next attempt of
 * every pending effect, because back-offs take hours.
 *
 * @returns The number of sweeps, and the number of effects that are still pending.
 */
export async function sweepUntilQuiet(
  sweep: Sweep,
  pool: Pick<Pool, 'setClock'>,
  stage: Pick<Stage, 'pending'>,
): Promise<{ readonly sweeps: number; readonly left: number }> {
  let sweeps = 0
  let idle = 0
  let before = ''
  for (;;) {
    const pending = await stage.pending()
    const standing = `${pending.length} effects, ${pending.reduce((sum, { attempt }) => sum + attempt, 0)} attempts`
    idle = standing === before ? idle + 1 : 0
    before = standing
    if (pending.length === 0 || idle >= IDLE_SWEEPS) return { sweeps, left: pending.length }
    const due = pending.map(({ dueAt }) => dueAt?.getTime() ?? 0)
    pool.setClock(Math.max(0, Math.max(...due) - Date.now() + LATER_MS))
    await sweep()
    sweeps += 1
  }
}
