import { SESClient } from '@aws-sdk/client-ses'
import { lazily } from '../lazily.ts'
import { NotDoneError } from '../rules/errors.ts'
import { type ClientTimes, RETRY_MODE } from './client-settings.ts'
import { type ConnectionTimes, createWatchedConnections } from './connections.ts'

/** SES knows no idempotency: after a timeout nobody knows whether the mail went out, so a second attempt could be a second mail. */
const SEND_ATTEMPTS = 1

/**
 * The times of a mail. An answer that is not waited for makes a mail that was accepted one of which nobody knows, so the cut
 * is left to the signal of whoever sends: a rule's deadline comes before these five seconds, Cognito's own. They are there for
 * a caller without a signal.
 */
export const sendTimes: Omit<ClientTimes, 'connectionTimeout'> = { requestTimeout: 5000, socketTimeout: 5000, throwOnRequestTimeout: true }

/**
 * The connections of mails. Where none is made within a second nothing was sent, and the mail can be tried again: to wait for
 * longer gains nothing, and costs the others their time. In use they follow each other within milliseconds; after two
 * seconds of silence the process may have been frozen, and a new connection costs less than a mail of which nobody knows.
 */
export const sendConnections: ConnectionTimes = { connectMs: 1000, idleMs: 2000 }

/** An SES client that is made at its first use. */
export type Ses = () => SESClient

/**
 * The process's SES client: one attempt, since a repeated one can be a second mail, and no connection that has been idle, since
 * its failure would tell nothing. Its calls throw {@link NotDoneError} where no connection was made, so that nothing was sent.
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
      // Around the only attempt.
      { step: 'initialize', name: 'watched-connections' },
    )
    return client
  })
}
