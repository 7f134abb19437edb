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
