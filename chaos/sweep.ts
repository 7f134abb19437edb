import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from './pool.ts'
import { draw } from './random.ts'
import type { Stage } from './stage.ts'

/** Runs the sweeper once; tells how many effects are still to be done. */
export type Sweep = () => Promise<number>

// With most calls going wrong a sweep may do nothing; so many of them in a row, and it never will.
const IDLE_SWEEPS = 20
// A schedule calls again although the last call has not come back.
const TWO_AT_ONCE = 0.1
// An effect of a user who is gone is kept for a minute, since Cognito may not find a new one at once.
const LATER_MS = 120_000
const KILL = 0.1
const EVERY_MS = 3000
const KILL_WITHIN_MS = 2000

/** The deployed sweeper, called as its schedule does: now and then twice at once, or killed in the middle. */
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

/** Sweeps now and then while users come and go, until the work is done. */
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
 * Sweeps until nothing is left to be done, with the calendar set forward to when the next effect is due: back-offs are hours.
 *
 * @returns How many sweeps it took, and how many effects are left in spite of them.
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
