import { reasonOf } from './reason.ts'

/**
 * Thrown by an effect that certainly did not happen, such as a mail which the service refused: it may be tried again without
 * a risk of happening twice. After any other error nobody knows.
 *
 * @example
 * throw new NotDone(refusal)
 */
export class NotDone extends Error {
  override readonly name = 'NotDone'
  /** The kind of what prevented it. */
  readonly code: string
  constructor(cause: unknown) {
    super('The effect did not happen', { cause })
    this.code = reasonOf(cause)
  }
}
