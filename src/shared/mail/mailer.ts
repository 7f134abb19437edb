import type { RulePermission } from '../rules/rule.ts'

/** An email to one user. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends emails. */
export interface Mailer {
  /**
   * Sends one email, in one attempt.
   *
   * @throws NotDoneError if the email was certainly not sent, for example because the service rejected it. Any other error means that
   *   it may have been sent.
   */
  readonly send: (mail: Mail, signal: AbortSignal) => Promise<void>
  /** The IAM permissions that sending needs. */
  readonly permissions?: readonly RulePermission[]
}
