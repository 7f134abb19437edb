import { formatEmailAddress, parseEmailAddress } from '../shared/email/address.ts'
import type { Mailer } from '../shared/mail/mailer.ts'
import { mailableName } from '../shared/messages/mailable-name.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { MailTemplate } from './template.ts'
import type { PostConfirmation } from './trigger.ts'

const STRANGER = ", so it may belong to someone else. unverified: 'send' sends the email anyway"
const UNVERIFIED: readonly unknown[] = ['skip', 'send']

/** Options of {@link sendWelcomeEmail}. */
export interface SendWelcomeEmailOptions {
  /** By default, unverified addresses get no email, because a stranger may own the address and complain about the sender. */
  readonly unverified?: 'skip' | 'send'
}

/**
 * Makes a rule that sends a welcome email when a sign-up is confirmed. It skips password resets, which call the same trigger, and
 * unknown trigger sources. Cognito may repeat the event, so wrap the rule in {@link once}.
 *
 * @param template The texts of all users, or a template that chooses by user, such as `mailTemplateByLocale`.
 * @throws TypeError if the mailer, the template or an option is wrong.
 * @example
 * once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })
 */
export function sendWelcomeEmail(
  mailer: Mailer,
  template: MailTemplate,
  options: SendWelcomeEmailOptions = {},
): Rule<PostConfirmation> & DeclaresReads {
  assertMethod('sendWelcomeEmail()', 'the mailer', mailer, 'send', 'sesMailer({ ses, from })')
  assertMethod('sendWelcomeEmail()', 'the template', template, 'render', 'mailTemplate(files, values)')
  assertOptions('sendWelcomeEmail()', options, ['unverified'])
  const { unverified = 'skip' } = options
  if (!UNVERIFIED.includes(unverified))
    throw new TypeError(`sendWelcomeEmail(): unverified is ${describeValue(unverified)}; expected 'skip' or 'send'`)
  return defineRule<PostConfirmation>(
    'send-welcome-email',
    async ({ event, user, signal }) => {
      if (event.triggerSource !== 'PostConfirmation_ConfirmSignUp')
        return skip('not-a-sign-up', 'Cognito calls this trigger for password resets too')
      if (user.email === undefined) return skip('no-email')
      if (!user.emailVerified && unverified !== 'send') {
        return user.status === 'EXTERNAL_PROVIDER'
          ? skip('federated-email-not-verified', `The identity provider has not verified the address${STRANGER}`)
          : skip('email-not-verified', `Cognito has not verified the address${STRANGER}`)
      }
      const address = parseEmailAddress(user.email)
      if (address === undefined) return skip('email-malformed')
      const to = formatEmailAddress(address)
      const { subject, text, html } = template.render({ name: mailableName(user), attributes: user.attributes })
      await mailer.send({ to, subject, text, html }, signal)
      return done()
    },
    {
      can: ['done'],
      reads: ['email', 'email_verified', 'cognito:user_status', 'given_name', 'name', ...(template.reads ?? [])],
      ...(mailer.permissions && { permissions: mailer.permissions }),
    },
  )
}
