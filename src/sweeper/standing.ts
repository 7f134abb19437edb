import type { Effects } from '../shared/ledger/dynamo-effects.ts'

/** How many effects wait for a person. */
export interface Standing {
  readonly failed: number
  readonly unknown: number
}

/**
 * Counts the effects that wait for a person, whoever parked them: a sweep, or the trigger itself.
 *
 * @returns undefined where the time was too short to count them all, or the ledger could not be read: no count is better than
 * one that is too low, which would end an alarm.
 */
export async function countParked(effects: Pick<Effects, 'list'>, remainingMs: () => number): Promise<Standing | undefined> {
  const count = async (state: 'failed' | 'unknown'): Promise<number> => {
    let counted = 0
    for await (const _ of effects.list(state)) {
      if (remainingMs() <= 0) throw new Error('The time is over')
      counted += 1
    }
    return counted
  }
  try {
    return { failed: await count('failed'), unknown: await count('unknown') }
  } catch {
    return undefined
  }
}
