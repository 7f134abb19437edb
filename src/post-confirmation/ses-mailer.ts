import { SESServiceException, SendEmailCommand } from '@aws-sdk/client-ses'
import type { Ses } from '../shared/aws/ses.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import type { Mail, Mailer } from './send-welcome-email.ts'

/** Options of {@link sesMailer}. */
export interface SesMailerOptions {
  readonly ses: Ses
  /** The sender's address. SES must have verified it as an identity. */
  readonly from: string
}

const utf8 = (text: string): { Data: string; Charset: 'UTF-8' } => ({ Data: text, Charset: 'UTF-8' })

/**
 * Makes a mailer that sends emails through Amazon SES. The client's `maxAttempts` limits the attempts. In the SES sandbox, recipients
 * must be verified addresses too.
 *
 * `send` throws `NotDoneError` if the email was certainly not sent. After more than one attempt it throws the original error,
 * because SES may have accepted an earlier attempt.
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
 * Counts the HTTP requests of a command. The returned function returns undefined if the client never started this command, for
 * example because it sent another command. The SDK's count, `$metadata.attempts`, is missing on some errors, such as an abort.
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
  // The innermost middleware runs once for each attempt, right before the request is sent.
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
 * Returns true if the email was certainly not sent: no request was made, for example because credentials were missing, or the only
 * request was rejected or never connected. After a 500, a timeout, a lost connection or an earlier request, SES may have sent it.
 */
function wasNotSent(error: unknown, requests: number | undefined): boolean {
  return requests === 0 || (requests === 1 && (isRefusal(error) || neverConnected(error)))
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof SESServiceException)) return false
  const { httpStatusCode } = error.$metadata
  return httpStatusCode !== undefined && httpStatusCode >= 400 && httpStatusCode < 500
}

/** The system calls that set up a connection. If one fails, nothing was sent. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo'])
/** A part of the SDK's message for a connection timeout. The error has no code, so this text identifies it. */
const NOT_ESTABLISHED = 'did not establish a connection'

/** Returns true if the error shows that no connection was made. */
function neverConnected(error: unknown): boolean {
  // Node throws an AggregateError with one error for each IP address of the host.
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
