import { LifeguardError } from '../rules/errors.ts'
import { type RefusalCode, withoutFullStop } from '../rules/outcome.ts'

/**
 * The message for the caller when a rule or the handler fails. It is fixed, because Cognito shows every error message to the end
 * user. It has no full stop, because Cognito adds one.
 */
export const MASKED_MESSAGE = 'Something went wrong, please try again later'

/**
 * Returns the text of a refusal for the caller: the message, and the code and the field in square brackets.
 *
 * @example
 * formatRefusal('You need an invitation', { code: 'invite-missing', field: 'email' }) // 'You need an invitation [invite-missing: email]'
 */
export function formatRefusal(message: string, { code, field }: RefusalCode = {}): string {
  // Removes the full stop, because Cognito adds one. deny() has removed it already, but a rule need not call deny().
  const text = withoutFullStop(message)
  if (code === undefined) return text
  return field === undefined ? `${text} [${code}]` : `${text} [${code}: ${field}]`
}

/** Thrown by a handler for a denial. Cognito shows its message to the caller. */
export class TriggerDeniedError extends LifeguardError {
  // Sets the class name, because Lambda's JSON log format logs it, and minifying would shorten it.
  static override readonly name = 'TriggerDeniedError'
  override readonly name = 'TriggerDeniedError'
  override readonly code = 'trigger-denied'
  constructor(message: string, code?: RefusalCode) {
    super(formatRefusal(message, code))
    // Removes the stack frames, which Lambda would log. They are useless, because all are in this package.
    this.stack = `${this.name}: ${this.message}`
  }
}

/** Thrown by a handler for a failure. Its message is fixed, because Cognito shows it to the caller. The log line describes the cause. */
export class TriggerFailedError extends LifeguardError {
  static override readonly name = 'TriggerFailedError'
  override readonly name = 'TriggerFailedError'
  override readonly code = 'trigger-failed'
  constructor() {
    super(MASKED_MESSAGE)
    this.stack = `${this.name}: ${MASKED_MESSAGE}`
  }
}

/** Thrown if the event is not a Cognito event: a field that rules read has the wrong type. */
export class InvalidEventError extends LifeguardError {
  override readonly name = 'InvalidEventError'
  override readonly code = 'invalid-event'
  /** The path of each invalid field with the expected type. Contains no values of the event. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`Not a Cognito event: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** The error of an invocation that a middleware ended before the rules ran. */
export class EngineNeverRanError extends LifeguardError {
  override readonly name = 'EngineNeverRanError'
  override readonly code = 'engine-never-ran'
  constructor() {
    super('A middleware ended the invocation before the rules ran')
  }
}
