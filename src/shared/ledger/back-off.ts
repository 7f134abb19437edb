// The first attempt is the trigger's own; the second comes soon, because most faults are over by then.
const FIRST_MS = 30_000
const LONGEST_MS = 6 * 60 * 60_000

/**
 * How many times an effect is tried before it is parked where a person sees it. That takes between 31 and 63 hours: longer than
 * an exhausted quota of SES lasts, which is 24 hours.
 */
export const MAX_ATTEMPTS = 20

/**
 * How many milliseconds to wait after a failed attempt: twice as long each time, at most six hours, with up to half of it at
 * random so that what failed together is not tried together.
 *
 * @param attempt 1 for the first.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS)
  return Math.round(full * (0.5 + random() / 2))
}
