import type { RulePermission } from '../shared/rules/rule.ts'

/** A mail to one user. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends mails. */
export interface Mailer {
  /**
   * Sends one mail, in one attempt.
   *
   * @throws NotDoneError when it was certainly not sent, because the service refused it; anything else when nobody knows.
   */
  readonly send: (mail: Mail, signal: AbortSignal) => Promise<void>
  /** What it needs of a deployment. */
  readonly permissions?: readonly RulePermission[]
}
