import { SESServiceException, SendEmailCommand } from '@aws-sdk/client-ses'
import type { Ses } from '../shared/aws/ses.ts'
import { NotDone } from '../shared/rules/not-done.ts'
import type { Mail, Mailer } from './mailer.ts'

/** From where mails are sent. */
export interface SesMailerOptions {
  readonly ses: Ses
  /** The sender: an identity that SES has verified. */
  readonly from: string
}

const utf8 = (text: string): { Data: string; Charset: 'UTF-8' } => ({ Data: text, Charset: 'UTF-8' })

/**
 * Sends mails through Amazon SES, each in one attempt. In SES's sandbox only verified addresses can be written to.
 *
 * @example
 * sesMailer({ ses: sesClient(), from: 'welcome@example.com' })
 */
export function sesMailer({ ses, from }: SesMailerOptions): Mailer {
  return {
    needs: [{ actions: ['ses:SendEmail'], on: 'WELCOME_EMAIL_FROM' }],
    async send(mail, signal) {
      try {
        await ses().send(commandOf(mail, from), { abortSignal: signal })
      } catch (error) {
        throw isRefusal(error) ? new NotDone(error) : error
      }
    },
  }
}

// Before these nothing was sent: there was nobody to talk to, or nothing to sign with.
const NEVER_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CredentialsProviderError'])

/**
 * Nothing was sent, or SES answered that it would not: after a 500, a timeout or a lost connection the mail may be on its way.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof Error && (NEVER_SENT.has(error.name) || ('code' in error && NEVER_SENT.has(error.code)))) return true
  if (!(error instanceof SESServiceException)) return false
  const { httpStatusCode } = error.$metadata
  return httpStatusCode !== undefined && httpStatusCode >= 400 && httpStatusCode < 500
}

function commandOf({ to, subject, text, html }: Mail, from: string): SendEmailCommand {
  return new SendEmailCommand({
    Source: from,
    Destination: { ToAddresses: [to] },
    Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
  })
}
