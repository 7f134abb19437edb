import { withoutFullStop } from '../rules/outcome.ts'

/**
 * What the caller of Cognito reads when something of ours went wrong. Fixed: whatever is thrown is shown to end users.
 * Without a full stop, since Cognito adds one.
 */
export const MASKED_MESSAGE = 'Something went wrong, please try again later'

/** The error that Lambda reports for a denial; Cognito shows its message to the caller. */
export class TriggerDenied extends Error {
  // In its JSON format Lambda logs the name of the class, of which minifying leaves a letter or two.
  static override readonly name = 'TriggerDenied'
  override readonly name = 'TriggerDenied'
  constructor(message: string) {
    // A rule may deny without deny(), which drops the full stop; Cognito adds one.
    super(withoutFullStop(message))
    // Lambda writes the stack to the log; it leads into this toolkit and tells nothing.
    this.stack = `${this.name}: ${this.message}`
  }
}

/** The error that Lambda reports when there was no decision; what broke stands in the log line alone. */
export class TriggerFailed extends Error {
  static override readonly name = 'TriggerFailed'
  override readonly name = 'TriggerFailed'
  constructor() {
    super(MASKED_MESSAGE)
    this.stack = `${this.name}: ${MASKED_MESSAGE}`
  }
}

/** What came in is not a Cognito event: a part that rules read has another type than Cognito's. */
export class InvalidEvent extends Error {
  override readonly name = 'InvalidEvent'
  readonly code = 'invalid-event'
  /** Where it is wrong and what was expected there, without any value of the event. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`Not a Cognito event: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** A middleware answered in the engine's place, so that no rule was asked. */
export class EngineNeverRan extends Error {
  override readonly name = 'EngineNeverRan'
  readonly code = 'engine-never-ran'
  constructor() {
    super('A middleware ended the invocation before the rules were asked')
  }
}
