import { type EffectRow, type EffectState, isReadable } from '../../../../shared/ledger/effect-item.ts'
import type { EffectKey } from '../../../../shared/rules/once.ts'
import { createPart, type Io } from '../../io.ts'
import type { EffectsServices } from './effects.ts'

/** The state of an effect that is not done yet. */
export type OpenState = Exclude<EffectState, 'done'>
export const STATES: readonly OpenState[] = ['pending', 'unknown', 'failed']

const COLOURS = { pending: 'dim', unknown: 'yellow', failed: 'red' } as const

/** Prints the effects that are in the given states. Prints the pool and the `sub` of each user, but no user attributes. */
export async function listEffects({ effects }: EffectsServices, states: readonly OpenState[], json: boolean, io: Io): Promise<void> {
  const counts = { pending: 0, unknown: 0, failed: 0 }
  for (const state of states) {
    for await (const row of effects.list(state)) {
      if (io.signal.aborted) return
      counts[state] += 1
      await io.out(
        json ? [JSON.stringify(toJsonRow(row))] : [formatEffectKey(row), ['    ', createPart(COLOURS[state], describeEffect(row))]],
      )
    }
  }
  if (json) return
  const total = states.reduce((sum, state) => sum + counts[state], 0)
  const parts = states.map((state) => `${counts[state]} ${state}`).join(', ')
  await io.out(total === 0 ? [`No effects in state ${states.join(', ')}`] : ['', `${formatEffectCount(total)}: ${parts}`])
}

/** Formats an effect as the arguments POOL SUB EFFECT, or an unreadable row as its key, which `drop --force` accepts. */
export function formatEffectKey(row: EffectRow | EffectKey): string {
  return 'pk' in row ? row.pk : `${row.userPoolId} ${row.sub} ${row.effect}`
}

/** Describes an effect: state, number of attempts, time of the next attempt or end of the claim, and error. */
export function describeEffect(row: EffectRow): string {
  if (!isReadable(row)) return `${row.state ?? 'no state'}: ${row.fault}; delete it with effects drop --force`
  const { state, attempt, dueAt, reason, token } = row
  const attempts = `after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}`
  const next = state === 'pending' && dueAt !== undefined ? `, ${token === undefined ? 'due' : 'claimed until'} ${dueAt.toISOString()}` : ''
  return `${state} ${attempts}${next}${reason === undefined ? '' : `: ${reason}`}`
}

/** Formats a number of effects. */
export function formatEffectCount(count: number): string {
  return `${count} ${count === 1 ? 'effect' : 'effects'}`
}

function toJsonRow(row: EffectRow): Record<string, unknown> {
  if (!isReadable(row)) return { key: row.pk, state: row.state ?? null, reason: row.fault, dueAt: row.dueAt ?? null }
  const { userPoolId, sub, effect, state, attempt, delivery, dueAt, reason } = row
  return { userPoolId, sub, effect, state, attempt, reason: reason ?? null, dueAt: dueAt?.toISOString() ?? null, delivery }
}
