import { LifeguardError } from '../rules/errors.ts'
import { withoutFullStop } from '../rules/outcome.ts'

/**
 * What the caller of Cognito reads when something of ours went wrong. Fixed: whatever is thrown is shown to end users.
 * Without a full stop, since Cognito adds one.
 */
export const MASKED_MESSAGE = 'Something went wrong, please try again later'

/** The error that Lambda reports for a denial; Cognito shows its message to the caller. */
export class TriggerDeniedError extends LifeguardError {
  // In its JSON format Lambda logs the name of the class, of which minifying leaves a letter or two.
  static override readonly name = 'TriggerDeniedError'
  override readonly name = 'TriggerDeniedError'
  override readonly code = 'trigger-denied'
  constructor(message: string) {
    // A rule may deny without deny(), which drops the full stop; Cognito adds one.
    super(withoutFullStop(message))
    // Lambda writes the stack to the log; it leads into this toolkit and tells nothing.
    this.stack = `${this.name}: ${this.message}`
  }
}

/** The error that Lambda reports when there was no decision; what broke stands in the log line alone. */
export class TriggerFailedError extends LifeguardError {
  static override readonly name = 'TriggerFailedError'
  override readonly name = 'TriggerFailedError'
  override readonly code = 'trigger-failed'
  constructor() {
    super(MASKED_MESSAGE)
    this.stack = `${this.name}: ${MASKED_MESSAGE}`
  }
}

/** What came in is not a Cognito event: a part that rules read has another type than Cognito's. */
export class InvalidEventError extends LifeguardError {
  override readonly name = 'InvalidEventError'
  override readonly code = 'invalid-event'
  /** Where it is wrong and what was expected there, without any value of the event. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`Not a Cognito event: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** A middleware answered in the engine's place, so that no rule was asked. */
export class EngineNeverRanError extends LifeguardError {
  override readonly name = 'EngineNeverRanError'
  override readonly code = 'engine-never-ran'
  constructor() {
    super('A middleware ended the invocation before the rules were asked')
  }
}
