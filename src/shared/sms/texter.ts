import type { RulePermission } from '../rules/rule.ts'

/** A text message to one user. */
export interface TextMessage {
  /** The phone number in the E.164 format, such as `+491701234567`. */
  readonly to: string
  readonly text: string
}

/** Returns true if a text is a phone number in the E.164 format. */
export function isPhoneNumber(text: string): boolean {
  return /^\+[1-9]\d{1,14}$/.test(text)
}

/** Sends text messages. */
export interface Texter {
  /**
   * Sends one text message, in one attempt.
   *
   * @throws NotDoneError if the message was certainly not sent, for example because the service rejected it. Any other error means that
   *   it may have been sent.
   */
  readonly send: (message: TextMessage, signal: AbortSignal) => Promise<void>
  /** The IAM permissions that sending needs. */
  readonly permissions: readonly RulePermission[]
}
