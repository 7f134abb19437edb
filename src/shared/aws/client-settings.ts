import type { ConnectionTimes } from './connections.ts'

/** How long calls to AWS may take, in milliseconds. The SDK itself sets no limit at all, and Cognito waits for five seconds. */
export interface ClientTimes {
  /** To connect. */
  readonly connectionTimeout: number
  /** From the request to the first byte of the answer. */
  readonly requestTimeout: number
  /** Without a byte on the socket: an answer that stalls halfway is cut by nothing else. */
  readonly socketTimeout: number
  readonly throwOnRequestTimeout: true
}

/**
 * The request handler's settings. `requestTimeout` alone only writes a warning; `throwOnRequestTimeout` makes it an error.
 * Measured worst case of two attempts: 2 seconds, whatever the service does; a throttled one backs off up to 1 second more.
 */
export const requestHandler: ClientTimes = { connectionTimeout: 300, requestTimeout: 800, socketTimeout: 800, throwOnRequestTimeout: true }

/**
 * Said, so that `AWS_RETRY_MODE` cannot change it: adaptive retries hold calls back for as long as they see fit, and somebody
 * is waiting. Bundles leave their code out.
 */
export const RETRY_MODE = 'standard'

/** Reads may be repeated. */
export const READ_ATTEMPTS = 2

/** SES knows no idempotency: after a timeout nobody knows whether the mail went out, so a second attempt could be a second mail. */
export const SEND_ATTEMPTS = 1

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
