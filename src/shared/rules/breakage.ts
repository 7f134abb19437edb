import type { AnyOutcome, Broken, Verdict } from './outcome.ts'
import type { Trigger } from './trigger.ts'

/** Carries a broken rule out of the composition that holds it, so that the log names that rule and not the composition. */
export class Breakage extends Error {
  override readonly name = 'Breakage'
  readonly verdict: Broken
  constructor(verdict: Broken) {
    super(`The rule '${verdict.by}' is broken`)
    this.verdict = verdict
  }
}

/** What a rule said, or, of a broken one, its breakage thrown. */
export function unbroken<T extends Trigger>(verdict: Verdict<T>): AnyOutcome<T> {
  if (verdict.kind === 'broken') throw new Breakage(verdict)
  return verdict
}
