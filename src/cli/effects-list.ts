import type { EffectItem, EffectState } from '../shared/ledger/effect-item.ts'
import type { EffectsServices } from './effects-services.ts'
import { type Io, styled } from './io.ts'

/** The state of an effect that is not done. */
export type OpenState = Exclude<EffectState, 'done'>
export const STATES: readonly OpenState[] = ['pending', 'unknown', 'failed']

const COLOURS = { pending: 'dim', unknown: 'yellow', failed: 'red' } as const

/** Prints what is not done; of the users no more than pool and `sub`. */
export async function listEffects({ effects }: EffectsServices, states: readonly OpenState[], json: boolean, io: Io): Promise<void> {
  const counts = { pending: 0, unknown: 0, failed: 0 }
  for (const state of states) {
    for await (const item of effects.list(state)) {
      if (io.signal.aborted) return
      counts[state] += 1
      await io.out(json ? [JSON.stringify(shown(item))] : [keyOf(item), ['    ', styled(COLOURS[state], saying(item))]])
    }
  }
  if (json) return
  const total = states.reduce((sum, state) => sum + counts[state], 0)
  const parts = states.map((state) => `${counts[state]} ${state}`).join(', ')
  await io.out(total === 0 ? [`No effect is ${states.join(', ')}`] : ['', `${counted(total)}: ${parts}`])
}

/** An effect as the other commands take it. */
export function keyOf({ userPoolId, sub, effect }: Pick<EffectItem, 'userPoolId' | 'sub' | 'effect'>): string {
  return `${userPoolId} ${sub} ${effect}`
}

/** Where an effect stands, in words. */
export function saying({ state, attempt, dueAt, reason, token }: EffectItem): string {
  const attempts = `after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}`
  const next = state === 'pending' && dueAt !== undefined ? `, ${token === undefined ? 'due' : 'claimed until'} ${dueAt.toISOString()}` : ''
  return `${state} ${attempts}${next}${reason === undefined ? '' : `: ${reason}`}`
}

/** @param count Of effects. */
export function counted(count: number): string {
  return `${count} ${count === 1 ? 'effect' : 'effects'}`
}

function shown({ userPoolId, sub, effect, state, attempt, cutOff, dueAt, reason }: EffectItem): Record<string, unknown> {
  return { userPoolId, sub, effect, state, attempt, reason: reason ?? null, dueAt: dueAt?.toISOString() ?? null, cutOff }
}
