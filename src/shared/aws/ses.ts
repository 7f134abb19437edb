import { SESClient } from '@aws-sdk/client-ses'
import { lazily } from '../lazily.ts'
import { NotDoneError } from '../rules/errors.ts'
import { type ClientTimes, RETRY_MODE } from './client-settings.ts'
import { type ConnectionTimes, createWatchedConnections } from './connections.ts'

/** One attempt only. SES is not idempotent, so a retry after a timeout could send the email twice. */
const SEND_ATTEMPTS = 1

/**
 * Timeouts for sending an email. If we stop waiting for SES, we cannot tell if it accepted the email. Normally the
 * AbortSignal of a rule ends the request before these 5 s, which are a fallback for code that passes no signal.
 */
export const sendTimes: Omit<ClientTimes, 'connectionTimeout'> = { requestTimeout: 5000, socketTimeout: 5000, throwOnRequestTimeout: true }

/**
 * Connection timeouts for sending emails. Without a connection after 1 s, nothing was sent, so the email can be retried. A longer
 * wait would only take time from other rules.
 *
 * Requests of one invocation follow each other within milliseconds. After 2 s idle, the process may have been frozen, so a new
 * connection is safer.
 */
export const sendConnections: ConnectionTimes = { connectMs: 1000, idleMs: 2000 }

/** A function that returns the SES client, created at the first call. */
export type Ses = () => SESClient

/**
 * Returns a lazily created SES client. It makes one attempt, because a retry could send an email twice. It does not reuse a connection
 * after 2 s idle, because an error on an idle connection does not show if the email was sent.
 *
 * Its calls throw {@link NotDoneError} if the connection failed, because then nothing was sent.
 *
 * @example
 * sesMailer({ ses: sesClient(), from: 'welcome@example.com' })
 */
export function sesClient(): Ses {
  return lazily(() => {
    const { httpAgent, httpsAgent, dropIdle, neverMade } = createWatchedConnections(sendConnections)
    const client = new SESClient({
      retryMode: RETRY_MODE,
      maxAttempts: SEND_ATTEMPTS,
      requestHandler: { ...sendTimes, httpAgent, httpsAgent },
    })
    client.middlewareStack.add(
      (next) => async (args) => {
        dropIdle()
        try {
          return await next(args)
        } catch (error) {
          throw neverMade(error) ? new NotDoneError(error) : error
        }
      },
      // The `initialize` step runs once for each call, not for each attempt. That is enough, because there is only one attempt.
      { step: 'initialize', name: 'watched-connections' },
    )
    return client
  })
}
