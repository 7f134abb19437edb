/** Timeouts of calls to AWS, in milliseconds. The SDK has no default timeout, and Cognito waits only 5 s. */
export interface ClientTimes {
  /** Maximum time to connect. */
  readonly connectionTimeout: number
  /** Maximum time from the request to the first byte of the response. */
  readonly requestTimeout: number
  /** Maximum idle time of the socket. No other timeout ends a response that stalls halfway. */
  readonly socketTimeout: number
  readonly throwOnRequestTimeout: true
}

/**
 * The request handler's settings. Without `throwOnRequestTimeout`, the SDK only logs a warning after `requestTimeout`.
 *
 * Two attempts take at most 2 s (measured). If AWS throttles the first attempt, the SDK waits up to 1 s more.
 */
export const requestHandler: ClientTimes = { connectionTimeout: 300, requestTimeout: 800, socketTimeout: 800, throwOnRequestTimeout: true }

/**
 * The retry mode. It is set explicitly, because `AWS_RETRY_MODE=adaptive` could delay calls without a limit while the user waits.
 * Bundles leave out the code of adaptive retries.
 */
export const RETRY_MODE = 'standard'

/** Maximum attempts of a request that is safe to retry. */
export const READ_ATTEMPTS = 2
