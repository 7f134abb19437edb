import type { TraceEntry } from './decision.ts'
import type { EffectKey } from './once.ts'
import { type ErrorVerdict, isReason } from './outcome.ts'

/**
 * The base class of this package's errors. Distinguish them by `instanceof` or by `code`.
 *
 * @example
 * if (error instanceof LifeguardError && error.code === 'not-done') retry()
 */
export abstract class LifeguardError extends Error {
  /** The name of the error class. It is a string here, because minifying renames the class itself. */
  abstract override readonly name: string
  /** A constant identifier in kebab-case. */
  abstract readonly code: string
}

/** Thrown when a rule exceeds its time limit. */
export class DeadlineExceededError extends LifeguardError {
  override readonly name = 'DeadlineExceededError'
  override readonly code = 'deadline-exceeded'
  constructor() {
    super('The rule timed out')
  }
}

/**
 * Thrown by an effect that certainly did not happen, such as an email that SES rejected. The effect can be retried without happening twice.
 * After any other error, it is unknown whether the effect happened.
 *
 * @example
 * throw new NotDoneError(refusal)
 */
export class NotDoneError extends LifeguardError {
  override readonly name = 'NotDoneError'
  override readonly code = 'not-done'
  /** The code or name of the cause. */
  readonly reason: string
  constructor(cause: unknown) {
    super('The effect did not happen', { cause })
    this.reason = toErrorReason(cause)
  }
}

/** Carries the error verdict of a rule through the compositions around it, so that the log names the rule and not a composition. */
export class RuleError extends LifeguardError {
  override readonly name = 'RuleError'
  override readonly code = 'rule-error'
  readonly verdict: ErrorVerdict
  constructor(verdict: ErrorVerdict) {
    super(`The rule '${verdict.by}' failed`)
    this.verdict = verdict
  }
}

/** An effect whose claim failed. The ledger may still hold the claim, because the response of a successful write can be lost. */
export interface LostEffect extends EffectKey {
  /** The token of the claim. The effect did not run with this claim, so the sweeper can release the claim if the ledger holds it. */
  readonly token: string
  /** The event's source. Conditions around the effect may read it when the effect runs later. */
  readonly triggerSource?: string
  /** The event's app client. Conditions around the effect may read it when the effect runs later. */
  readonly appClient?: string
}

/**
 * Thrown when an effect cannot be claimed, because the ledger is unreachable. The effect is then recorded only in the log, so this
 * error holds just enough data to find the user again.
 */
export class EffectLostError extends LifeguardError {
  override readonly name = 'EffectLostError'
  override readonly code = 'effect-lost'
  /** The code or name of the cause. */
  readonly reason: string
  readonly effect: LostEffect
  constructor(effect: LostEffect, cause: unknown) {
    super('The ledger is unreachable', { cause })
    this.reason = toErrorReason(cause)
    this.effect = effect
  }
}

/** Returns the effects of an invocation that could not be claimed, because the ledger was unreachable. */
export function lostEffects(trace: readonly Pick<TraceEntry, 'error'>[]): readonly LostEffect[] {
  // The trace entries of a rule and of the compositions around it have the same error, so remove duplicates.
  const errors = new Set(trace.map(({ error }) => error))
  return [...errors].flatMap((error) => (error instanceof EffectLostError ? [error.effect] : []))
}

/**
 * Returns the error's code or name if it is an identifier, otherwise `error`. Never returns the message. Returns the code or name of the
 * cause for a `NotDoneError` or `EffectLostError`.
 */
export function toErrorReason(error: unknown): string {
  try {
    return readErrorName(error)
  } catch {
    // Ignore an error that a getter or proxy throws, because it must not replace the decision.
    return 'error'
  }
}

function readErrorName(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'error'
  if (error instanceof NotDoneError || error instanceof EffectLostError) return error.reason
  if ('code' in error && isReason(error.code)) return error.code
  return 'name' in error && isReason(error.name) ? error.name : 'error'
}
