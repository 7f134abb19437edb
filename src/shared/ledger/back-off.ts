// The delay after the first attempt. It is short, because most faults are short.
const FIRST_MS = 30_000
const LONGEST_MS = 6 * 60 * 60_000

/**
 * The number of attempts before an effect becomes a dead letter, which an operator has to handle. They span 31 to 63 hours, longer
 * than an exhausted SES quota lasts (24 hours).
 */
export const MAX_ATTEMPTS = 20

/**
 * Returns the delay after a failed attempt in milliseconds. It doubles with each attempt, up to six hours. Random jitter shortens it
 * by up to half, so that effects which failed together are not retried together.
 *
 * @param attempt The number of the failed attempt, starting at 1.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS)
  return Math.round(full * (0.5 + random() / 2))
}

/** The lease of a claim in milliseconds. It is longer than Cognito waits for a trigger (5 s). */
export const LEASE_MS = 10_000
