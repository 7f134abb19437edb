import { parseEmailAddress } from '../shared/email/address.ts'
import type { DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import { mailableName } from './mailable-name.ts'
import type { MailTemplate } from './template.ts'
import type { PostConfirmation } from './trigger.ts'

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

/** Options of {@link sendWelcomeEmail}. */
export interface SendWelcomeEmailOptions {
  /** By default, unverified addresses get no email, because a stranger may own the address and complain about the sender. */
  readonly unverified?: 'skip' | 'send'
}

/**
 * Makes a rule that sends a welcome email when a sign-up is confirmed. It skips password resets, which call the same trigger, and
 * unknown trigger sources. Cognito may repeat the event, so wrap the rule in {@link once}.
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
      // `parseEmailAddress` returns the domain in ASCII, which SES requires.
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
