import { UsageError } from '../lib/errors.ts'

const DURATION = /^(\d{1,6})([mhd])$/
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
// Date also parses other formats, some of them in the local time zone.
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/**
 * Parses `--until`. A date without a time is midnight in UTC.
 *
 * @throws UsageError if the text is not a time in the future.
 * @example
 * parseUntil('7d', now)
 */
export function parseUntil(text: string, now: Date): Date {
  const [, count, unit = ''] = DURATION.exec(text) ?? []
  const [, day] = MOMENT.exec(text) ?? []
  const until =
    count === undefined ? new Date(day === undefined ? Number.NaN : text) : new Date(now.getTime() + Number(count) * (UNIT_MS[unit] ?? 0))
  if (Number.isNaN(until.getTime()))
    throw new UsageError(`--until ${text}: expected a date (2027-01-31), a time (2027-01-31T12:00Z) or a duration (30m, 12h, 7d)`)
  // Date moves a day that does not exist, such as 30 February, to the next month.
  if (day !== undefined && !new Date(day).toISOString().startsWith(day)) throw new UsageError(`--until ${text}: this day does not exist`)
  if (until.getTime() <= now.getTime()) throw new UsageError(`--until ${text}: expected a time in the future`)
  return until
}
