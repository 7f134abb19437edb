import { formatMailbox, type Mailbox } from '../email/mailbox.ts'
import type { RulePermission } from '../rules/rule.ts'

/**
 * Returns the IAM permissions of a mailer. Both versions of the SES API have the same action.
 *
 * @param fromSetting The setting with the sender's address.
 */
export function allowSending(fromSetting: string = 'WELCOME_EMAIL_FROM'): readonly RulePermission[] {
  return [{ actions: ['ses:SendEmail'], resource: fromSetting }]
}

/**
 * Formats a mailbox of a mailer's options for a header.
 *
 * @param option The option's name for the error's message, such as `sesMailer({ from })`.
 * @throws TypeError if the mailbox is invalid.
 */
export function formatOption(option: string, mailbox: Mailbox | string): string {
  const header = formatMailbox(mailbox)
  if (header !== undefined) return header
  const expected = "one address in ASCII, such as 'hello@example.com' or 'Example <hello@example.com>'"
  throw new TypeError(`${option}: the address is ${JSON.stringify(mailbox)}; expected ${expected}`)
}
