import type { RulePermission } from './rule.ts'
import type { CognitoEvent } from './trigger.ts'

/** One effect on one user: what it is, and for whom. */
export interface EffectKey {
  readonly userPoolId: string
  readonly sub: string
  /** The rule's name, and the occasion where it can have several. */
  readonly effect: string
}

/**
 * What of an effect that was cut off, so that nobody knows whether it happened. `at-least-once` runs it again: it may happen
 * twice. `at-most-once` does not: it may not have happened, which is then on record as `unknown`.
 */
export type CutOff = 'at-least-once' | 'at-most-once'

/** An effect as a ledger keeps it until it is done: enough to run it again. */
export interface Effect extends EffectKey {
  readonly cutOff: CutOff
  /** The event, with no more of the user than the effect needs. */
  readonly event: CognitoEvent
}

/** Leave to run an effect, until its lease ends. */
export interface Claim extends EffectKey {
  /** Known to whoever holds the claim alone: a holder that was too slow must not overwrite the next one. */
  readonly token: string
  /** 1 for the first. */
  readonly attempt: number
}

/** The answer to a claim. */
export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /** Done before, or given up: not to be run again. */
  | { readonly kind: 'settled'; readonly state: 'done' | 'unknown' | 'failed' }
  /** Somebody else is at it, or it waits for its next attempt. */
  | { readonly kind: 'held' }

/** What a ledger is told when an effect did not end well. */
export type Setback =
  /** It certainly did not happen, or may be run again: at the next attempt, not before. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** Nobody knows whether it happened, and it must not happen twice. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Remembers which effects are claimed and which are done. Every call may be repeated. */
export interface Ledger {
  /** @param token By which the claim is known again when its answer is lost. */
  readonly claim: (effect: Effect, token: string, signal: AbortSignal) => Promise<Claimed>
  /** It is done, for as long as the user lives; what was kept of the user is dropped. */
  readonly done: (claim: Claim, signal: AbortSignal) => Promise<void>
  /** It did not come to be done. */
  readonly setBack: (claim: Claim, setback: Setback, signal: AbortSignal) => Promise<void>
  /** There was nothing to do: as if it had never been claimed. */
  readonly drop: (claim: Claim, signal: AbortSignal) => Promise<void>
  readonly permissions?: readonly RulePermission[]
}
