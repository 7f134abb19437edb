import type { EffectKey } from './ledger.ts'
import { reasonOf } from './reason.ts'
import type { TraceEntry } from './trace.ts'

/** An effect that nothing durable may know of, and the claim that may have been written although its answer was lost. */
export interface LostEffect extends EffectKey {
  /** Nothing ran under this claim, so whoever finds it in the ledger can give it back. */
  readonly token: string
  /** What the conditions around the effect may ask about its event, when the effect is run after all. */
  readonly triggerSource?: string
  readonly appClient?: string
}

/**
 * An effect that could not even be claimed, because the ledger was out of reach: nothing durable knows of it. The log is the
 * last resort, so this carries what it takes to find the user again, and no more.
 */
export class EffectLost extends Error {
  override readonly name = 'EffectLost'
  /** The kind of what kept the ledger away. */
  readonly code: string
  readonly effect: LostEffect
  constructor(effect: LostEffect, cause: unknown) {
    super('The ledger could not be reached', { cause })
    this.code = reasonOf(cause)
    this.effect = effect
  }
}

/** The effects that were lost in an invocation. */
export function lostEffects(trace: readonly Pick<TraceEntry, 'error'>[]): readonly LostEffect[] {
  // One that broke the compositions around it stands in their lines too.
  const errors = new Set(trace.map(({ error }) => error))
  return [...errors].flatMap((error) => (error instanceof EffectLost ? [error.effect] : []))
}
