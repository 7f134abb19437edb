import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import type { ParkedState } from '../shared/ledger/effect-item.ts'

/** How many effects wait for a person. */
export type Standing = Readonly<Partial<Record<ParkedState, number>>>

/**
 * Counts the effects that wait for a person, whoever parked them: a sweep, or the trigger itself. Where the time ends, or the
 * ledger cannot be read, the count is what was found until then; one of none then stands for nothing and is left out, since
 * it would end an alarm.
 */
export async function countParked(effects: Pick<Effects, 'count'>, signal: AbortSignal): Promise<Standing> {
  const count = async (state: ParkedState): Promise<Standing> => {
    let counted = 0
    try {
      for await (const part of effects.count(state, signal)) counted += part
    } catch {
      if (counted === 0) return {}
    }
    return { [state]: counted }
  }
  return { ...(await count('failed')), ...(await count('unknown')) }
}
