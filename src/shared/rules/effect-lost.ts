import type { EffectKey } from './ledger.ts'
import { reasonOf } from './reason.ts'

/**
 * An effect that could not even be claimed, because the ledger was out of reach: nothing durable knows of it. The log is the
 * last resort, so this carries what it takes to find the user again, and no more.
 */
export class EffectLost extends Error {
  override readonly name = 'EffectLost'
  /** The kind of what kept the ledger away. */
  readonly code: string
  readonly effect: EffectKey
  constructor(effect: EffectKey, cause: unknown) {
    super('The ledger could not be reached', { cause })
    this.code = reasonOf(cause)
    this.effect = effect
  }
}
