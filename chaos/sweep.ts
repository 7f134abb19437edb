import type { Pool } from './pool.ts'
import type { Row, Stage } from './stage.ts'

/** Runs the sweeper once; tells how many effects are still to be done. */
export type Sweep = () => Promise<number>

// Eight attempts an effect, and a few that meet with a fault themselves.
const MAX_SWEEPS = 200

/** The deployed sweeper, called as its schedule does. */
export function scheduledSweep(pool: Pool, stage: Pick<Stage, 'effects'>): Sweep {
  return async () => {
    const { ending } = await pool.invoke('sweeper', '', JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event' }))
    await ending
    return pendingOf(await stage.effects()).length
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
  stage: Pick<Stage, 'effects'>,
): Promise<{ readonly sweeps: number; readonly left: number }> {
  let left = pendingOf(await stage.effects()).length
  let sweeps = 0
  while (left > 0 && sweeps < MAX_SWEEPS) {
    const due = pendingOf(await stage.effects()).map(({ dueAt }) => Date.parse(String(dueAt)))
    await pool.setClock(Math.max(0, Math.max(...due) - Date.now() + 1000))
    left = await sweep()
    sweeps += 1
  }
  return { sweeps, left }
}

function pendingOf(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ state }) => state === 'pending')
}
