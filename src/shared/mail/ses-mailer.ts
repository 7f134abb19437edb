import { SESServiceException, SendEmailCommand } from '@aws-sdk/client-ses'
import { sendCommand, toWellFormed } from '../aws/send-command.ts'
import type { Ses } from '../aws/ses.ts'
import type { Mailbox } from '../email/mailbox.ts'
import type { Mailer } from './mailer.ts'
import { allowSending, formatOption } from './ses-sending.ts'

/** Options of {@link sesMailer}. */
export interface SesMailerOptions {
  readonly ses: Ses
  /** The sender, such as `Example <hello@example.com>`. SES must have verified the address or its domain as an identity. */
  readonly from: Mailbox | string
  /** The address for replies. By default, replies go to the sender. */
  readonly replyTo?: Mailbox | string | undefined
  /** The setting with the sender's address, for the function's permission. Default: `WELCOME_EMAIL_FROM`. */
  readonly fromSetting?: string | undefined
}

// A lone surrogate would make the SDK throw in the middle of writing the request, and the client's next email would contain that part.
const utf8 = (text: string): { Data: string; Charset: 'UTF-8' } => ({ Data: toWellFormed(text), Charset: 'UTF-8' })

/**
 * Makes a mailer that sends emails through Amazon SES. The client's `maxAttempts` limits the attempts. In the SES sandbox, recipients
 * must be verified addresses too.
 *
 * `send` throws `NotDoneError` if the email was certainly not sent. After more than one attempt it throws the original error,
 * because SES may have accepted an earlier attempt.
 *
 * @throws TypeError if `from` or `replyTo` is not exactly one mailbox with an ASCII address.
 * @example
 * sesMailer({ ses: sesClient(), from: 'Example <welcome@example.com>', replyTo: 'help@example.com' })
 */
export function sesMailer({ ses, from, replyTo, fromSetting }: SesMailerOptions): Mailer {
  const Source = formatOption('sesMailer({ from })', from)
  const replies = replyTo === undefined ? {} : { ReplyToAddresses: [formatOption('sesMailer({ replyTo })', replyTo)] }
  return {
    permissions: allowSending(fromSetting),
    send({ to, subject, text, html }, signal) {
      const command = new SendEmailCommand({
        Source,
        ...replies,
        Destination: { ToAddresses: [to] },
        Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
      })
      return sendCommand(command, (each) => ses().send(each, { abortSignal: signal }), SESServiceException, signal)
    },
  }
}
