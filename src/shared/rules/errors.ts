import type { TraceEntry } from './decision.ts'
import type { EffectKey } from './once.ts'
import { type ErrorVerdict, isReason } from './outcome.ts'

/**
 * The base of the errors that this package throws. Tell them apart by `instanceof` or by `code`.
 *
 * @example
 * if (error instanceof LifeguardError && error.code === 'not-done') retry()
 */
export abstract class LifeguardError extends Error {
  /** The name of the class, which minifying takes from the class itself. */
  abstract override readonly name: string
  /** A constant identifier in kebab-case. */
  abstract readonly code: string
}

/** A rule ran out of time. */
export class DeadlineExceededError extends LifeguardError {
  override readonly name = 'DeadlineExceededError'
  override readonly code = 'deadline-exceeded'
  constructor() {
    super('The time for this rule ran out')
  }
}

/**
 * Thrown by an effect that certainly did not happen, such as a mail which the service refused: it may be tried again without
 * a risk of happening twice. After any other error nobody knows.
 *
 * @example
 * throw new NotDoneError(refusal)
 */
export class NotDoneError extends LifeguardError {
  override readonly name = 'NotDoneError'
  override readonly code = 'not-done'
  /** The kind of what prevented it. */
  readonly reason: string
  constructor(cause: unknown) {
    super('The effect did not happen', { cause })
    this.reason = toErrorReason(cause)
  }
}

/** Carries a broken rule out of the composition that holds it, so that the log names that rule and not the composition. */
export class RuleError extends LifeguardError {
  override readonly name = 'RuleError'
  override readonly code = 'rule-error'
  readonly verdict: ErrorVerdict
  constructor(verdict: ErrorVerdict) {
    super(`The rule '${verdict.by}' is broken`)
    this.verdict = verdict
  }
}

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
export class EffectLostError extends LifeguardError {
  override readonly name = 'EffectLostError'
  override readonly code = 'effect-lost'
  /** The kind of what kept the ledger away. */
  readonly reason: string
  readonly effect: LostEffect
  constructor(effect: LostEffect, cause: unknown) {
    super('The ledger could not be reached', { cause })
    this.reason = toErrorReason(cause)
    this.effect = effect
  }
}

/** The effects that were lost in an invocation. */
export function lostEffects(trace: readonly Pick<TraceEntry, 'error'>[]): readonly LostEffect[] {
  // One that broke the compositions around it stands in their lines too.
  const errors = new Set(trace.map(({ error }) => error))
  return [...errors].flatMap((error) => (error instanceof EffectLostError ? [error.effect] : []))
}

/** The kind of an error as a constant identifier: its code or its name, never its message. Of an effect's: that of its cause. */
export function toErrorReason(error: unknown): string {
  try {
    return readErrorName(error)
  } catch {
    // A getter or a proxy that throws when it is looked at must not take the place of the decision.
    return 'error'
  }
}

function readErrorName(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'error'
  if (error instanceof NotDoneError || error instanceof EffectLostError) return error.reason
  if ('code' in error && isReason(error.code)) return error.code
  return 'name' in error && isReason(error.name) ? error.name : 'error'
}
