import { parseEmailAddress } from '../shared/email/address.ts'
import type { DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import { mailableName } from './mailable-name.ts'
import type { MailTemplate } from './template.ts'
import type { PostConfirmation } from './trigger.ts'

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

/** To whom the mail goes. */
export interface SendWelcomeEmailOptions {
  /** An address that nobody proved to own gets no mail, unless `send`: it is somebody else's mailbox, and a sender's reputation. */
  readonly unverified?: 'skip' | 'send'
}

/**
 * Sends a welcome mail when a sign-up was confirmed: not after a password reset, which calls the same trigger, and not from
 * a trigger source that is not known. Cognito may call it again for the same user: run it {@link once}.
 *
 * @example
 * once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })
 */
export function sendWelcomeEmail(
  mailer: Mailer,
  template: MailTemplate,
  options: SendWelcomeEmailOptions = {},
): Rule<PostConfirmation> & DeclaresReads {
  return defineRule<PostConfirmation>(
    'send-welcome-email',
    async ({ event, user, signal }) => {
      if (event.triggerSource !== 'PostConfirmation_ConfirmSignUp') return skip('not-a-sign-up')
      if (user.email === undefined) return skip('no-email')
      if (!user.emailVerified && options.unverified !== 'send') return skip('email-not-verified')
      const address = parseEmailAddress(user.email)
      if (address === undefined) return skip('email-malformed')
      // Written with the domain in ASCII: SES takes no other.
      const to = `${address.local}@${address.domain}`
      await mailer.send({ to, ...template.render(mailableName(user)) }, signal)
      return done()
    },
    {
      can: ['done'],
      reads: ['email', 'email_verified', 'given_name', 'name'],
      ...(mailer.permissions && { permissions: mailer.permissions }),
    },
  )
}
