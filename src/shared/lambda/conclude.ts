import type { Decision } from '../rules/engine.ts'
import { reasonOf } from '../rules/errors.ts'
import type { Trigger } from '../rules/trigger.ts'
import { EngineNeverRan } from './errors.ts'

/** A decision after middleware had its chance to go wrong, with a reason for the log wherever there is one. */
export type Conclusion<T extends Trigger> = Decision<T> & { readonly reason?: string }

/** What stands for a rule where none decided: the event or a middleware was at fault. */
export const OUTSIDE_RULES = 'handler'

/** What went wrong around the engine. In a box, because JavaScript can throw `undefined`. */
export interface Trouble {
  readonly error: unknown
}

/**
 * The last word. A denial stands whatever middleware did after it; an approval stands only if nothing went wrong.
 *
 * @param trouble What the pipeline around the engine threw, if it did.
 */
export function concludeFrom<T extends Trigger>(decision: Decision<T> | undefined, trouble: Trouble | undefined): Conclusion<T> {
  if (decision?.kind === 'denied') return decision
  if (decision?.kind === 'failed') return { ...decision, reason: reasonOf(decision.error) }
  if (decision !== undefined && trouble === undefined) return decision
  const error = trouble === undefined ? new EngineNeverRan() : trouble.error
  return { kind: 'failed', rule: OUTSIDE_RULES, error, reason: reasonOf(error), trace: decision?.trace ?? [] }
}
