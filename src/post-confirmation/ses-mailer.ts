import { SESServiceException, SendEmailCommand } from '@aws-sdk/client-ses'
import type { Ses } from '../shared/aws/ses.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import type { Mail, Mailer } from './send-welcome-email.ts'

/** From where mails are sent. */
export interface SesMailerOptions {
  readonly ses: Ses
  /** The sender: an identity that SES has verified. */
  readonly from: string
}

const utf8 = (text: string): { Data: string; Charset: 'UTF-8' } => ({ Data: text, Charset: 'UTF-8' })

/**
 * Sends mails through Amazon SES, each in one attempt unless the client makes more. In SES's sandbox only verified addresses can
 * be written to. Throws `NotDoneError` where a mail certainly did not go out: a client of more than one attempt knows that less
 * often, since an earlier attempt may have been accepted.
 *
 * @example
 * sesMailer({ ses: sesClient(), from: 'welcome@example.com' })
 */
export function sesMailer({ ses, from }: SesMailerOptions): Mailer {
  return {
    permissions: [{ actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' }],
    async send(mail, signal) {
      const command = createSendCommand(mail, from)
      const requests = countRequests(command, signal)
      try {
        await ses().send(command, { abortSignal: signal })
      } catch (error) {
        throw !(error instanceof NotDoneError) && wasNotSent(error, requests()) ? new NotDoneError(error) : error
      }
    },
  }
}

/**
 * Counts the requests that are made for a command; undefined until the command itself is on its way, and for ever where a client
 * sends another in its place. The SDK's own count, `$metadata.attempts`, is not on every error: not on that of an abort.
 */
function countRequests({ middlewareStack }: SendEmailCommand, signal: AbortSignal): () => number | undefined {
  let begun = false
  let requests = 0
  middlewareStack.add(
    (next) => (args) => {
      begun = true
      return next(args)
    },
    { step: 'initialize', name: 'begin-to-count' },
  )
  // The innermost step, once an attempt: behind it is the network.
  middlewareStack.add(
    (next) => async (args) => {
      signal.throwIfAborted()
      requests += 1
      return next(args)
    },
    { step: 'deserialize', priority: 'low', name: 'count-requests' },
  )
  return () => (begun ? requests : undefined)
}

/**
 * There was no request, say for want of credentials, or one that could not be made or was refused: after a 500, a timeout or a
 * lost connection the mail may be on its way, and so it may after an earlier request.
 */
function wasNotSent(error: unknown, requests: number | undefined): boolean {
  return requests === 0 || (requests === 1 && (isRefusal(error) || neverConnected(error)))
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof SESServiceException)) return false
  const { httpStatusCode } = error.$metadata
  return httpStatusCode !== undefined && httpStatusCode >= 400 && httpStatusCode < 500
}

/** Before these calls of the system have succeeded there is nothing to write to. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo'])
/** The SDK's connection timeout has no code, as the timeout of a silent socket has none: only its words tell them apart. */
const NOT_ESTABLISHED = 'did not establish a connection'

/** Whether no connection was made, as far as the error of any client tells. The process's own client knows more. */
function neverConnected(error: unknown): boolean {
  // One error for each address of the host.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverConnected)
  if (!(error instanceof Error)) return false
  if ('syscall' in error) return CONNECTING.has(error.syscall)
  return error.name === 'TimeoutError' && error.message.includes(NOT_ESTABLISHED)
}

function createSendCommand({ to, subject, text, html }: Mail, from: string): SendEmailCommand {
  return new SendEmailCommand({
    Source: from,
    Destination: { ToAddresses: [to] },
    Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
  })
}
