import { SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { sendCommand } from '../shared/aws/send-command.ts'
import type { SesV2 } from '../shared/aws/ses-v2.ts'
import type { Mailbox } from '../shared/email/mailbox.ts'
import type { Mailer } from '../shared/mail/mailer.ts'
import { allowSending, formatOption } from '../shared/mail/ses-sending.ts'

/** Options of {@link sesV2Mailer}. */
export interface SesV2MailerOptions {
  readonly ses: SesV2
  /** The sender, such as `Example <hello@example.com>`. SES must have verified the address or its domain as an identity. */
  readonly from: Mailbox | string
  /** The address for replies. By default, replies go to the sender. */
  readonly replyTo?: Mailbox | string | undefined
  /** The setting with the sender's address, for the function's permission. Default: `WELCOME_EMAIL_FROM`. */
  readonly fromSetting?: string | undefined
}

const utf8 = (text: string): { Data: string; Charset: 'UTF-8' } => ({ Data: text, Charset: 'UTF-8' })

/**
 * Makes a mailer that sends emails through version 2 of the SES API. It behaves like `sesMailer`, and needs the package
 * `@aws-sdk/client-sesv2`.
 *
 * @throws TypeError if `from` or `replyTo` is not exactly one mailbox with an ASCII address.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * @example
 * sesV2Mailer({ ses: sesV2Client(), from: 'Example <welcome@example.com>' })
 */
export function sesV2Mailer({ ses, from, replyTo, fromSetting }: SesV2MailerOptions): Mailer {
  const common = {
    FromEmailAddress: formatOption('sesV2Mailer({ from })', from),
    ...(replyTo !== undefined && { ReplyToAddresses: [formatOption('sesV2Mailer({ replyTo })', replyTo)] }),
  }
  return {
    permissions: allowSending(fromSetting),
    send({ to, subject, text, html }, signal) {
      const command = new SendEmailCommand({
        ...common,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } } },
      })
      return sendCommand(command, (each) => ses().send(each, { abortSignal: signal }), SESv2ServiceException, signal)
    },
  }
}
