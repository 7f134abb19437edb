import { SESClient } from '@aws-sdk/client-ses'
import { lazily } from '../lazily.ts'
import { NotDoneError } from '../rules/errors.ts'
import { RETRY_MODE, SEND_ATTEMPTS, sendConnections, sendTimes } from './client-settings.ts'
import { watchedConnections } from './connections.ts'

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
    const { httpAgent, httpsAgent, dropIdle, neverMade } = watchedConnections(sendConnections)
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
