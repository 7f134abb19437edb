import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
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

/** Options of `sesClient` and `sesV2Client`. */
export interface SesClientOptions {
  /** The region of SES. By default, the region of the function. */
  readonly region?: string | undefined
}

/** The configuration of a client that sends emails. */
interface SendingConfig {
  readonly retryMode: typeof RETRY_MODE
  readonly maxAttempts: number
  readonly requestHandler: typeof sendTimes & { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent }
  readonly region?: string
}

/** The part of an SDK client that adds a middleware. */
interface WatchedClient {
  readonly middlewareStack: {
    readonly add: (
      step: <Args, Answered>(next: (args: Args) => Promise<Answered>) => (args: Args) => Promise<Answered>,
      where: { readonly step: 'initialize'; readonly name: string },
    ) => void
  }
}

/**
 * Returns a function that creates a client for sending emails at its first call. The client makes one attempt, because a retry could send
 * an email twice. It does not reuse a connection after 2 s idle, because an error on an idle connection does not show if the email was
 * sent. Its calls throw {@link NotDoneError} if the connection failed, because then nothing was sent.
 */
export function sendingClient<C extends WatchedClient>(create: (config: SendingConfig) => C, { region }: SesClientOptions): () => C {
  return lazily(() => {
    const { httpAgent, httpsAgent, dropIdle, neverMade } = createWatchedConnections(sendConnections)
    const client = create({
      retryMode: RETRY_MODE,
      maxAttempts: SEND_ATTEMPTS,
      requestHandler: { ...sendTimes, httpAgent, httpsAgent },
      ...(region !== undefined && { region }),
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
