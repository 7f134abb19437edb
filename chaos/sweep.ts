import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from './pool.ts'
import { draw } from './random.ts'
import type { Stage } from './stage.ts'

/** Runs the sweeper once. Returns the number of effects that are still pending. */
export type Sweep = () => Promise<number>

// Because of faults, a sweep may make no progress. After this many such sweeps in a row, further sweeps will not help.
const IDLE_SWEEPS = 20
// Share of sweeps that run twice at once. A schedule does not wait for the previous run.
const TWO_AT_ONCE = 0.1
// The sweeper keeps effects of missing users for a minute, because Cognito may not list a new user at once.
const LATER_MS = 120_000
const KILL = 0.1
const EVERY_MS = 3000
const KILL_WITHIN_MS = 2000

/** Returns a function that runs the deployed sweeper like its schedule does. Some runs happen twice at once, some are killed. */
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
 * Sweeps until no effect is pending or sweeps no longer help. Moves the time of day forward before each sweep, so that all pending
 * effects are due, because back-offs take hours.
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
