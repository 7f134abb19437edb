import { assertOptions, describeValue } from './arguments.ts'
import { type Condition, withProof } from './condition.ts'

/** Hours of the day, as a clock on the wall shows them. */
export interface Hours {
  /** The first minute, such as `08:00`. */
  readonly from: string
  /** The minute after the last one, such as `18:00` or `24:00`. If it is before `from`, the hours cross midnight. */
  readonly to: string
}

/** The options of {@link between}. */
export interface BetweenOptions {
  /** Returns the time. The default is the clock of the function. */
  readonly now?: () => Date
}

const OWNER = 'between()'
const EXPECTED = "expected { from: 'HH:MM', to: 'HH:MM' }, such as { from: '08:00', to: '18:00' }"

/**
 * Returns a condition that is true during some hours of the day in a time zone. It follows the zone's daylight saving time.
 *
 * It cannot be around `once`, because the sweeper would evaluate it at another time.
 *
 * @param timeZone A name of the IANA database, such as `Europe/Berlin`.
 * @throws TypeError if the hours or the time zone are invalid, or if `from` equals `to`.
 * @example
 * denyIf(not(between({ from: '08:00', to: '18:00' }, 'Europe/Berlin')), 'closed', 'Please sign in between 8 and 18 o\'clock')
 */
export function between(hours: Hours, timeZone: string, options: BetweenOptions = {}): Condition {
  const { from, to } = parseHours(hours)
  const clock = createClock(timeZone)
  assertOptions(OWNER, options, ['now'])
  const { now = () => new Date() } = options
  if (typeof now !== 'function') throw new TypeError(`${OWNER}: now is ${describeValue(now)}; expected a function that returns a Date`)
  return withProof('circumstance', undefined, () => {
    // Times such as 08:00 compare as strings.
    const time = clock.format(now())
    return from < to ? time >= from && time < to : time >= from || time < to
  })
}

function parseHours(hours: unknown): Hours {
  if (typeof hours !== 'object' || hours === null) throw new TypeError(`${OWNER}: the hours are ${describeValue(hours)}; ${EXPECTED}`)
  assertOptions(OWNER, hours, ['from', 'to'])
  const { from, to }: { from?: unknown; to?: unknown } = hours
  if (typeof from !== 'string' || !isTime(from)) throw new TypeError(`${OWNER}: from is ${quote(from)}; ${EXPECTED}`)
  if (typeof to !== 'string' || !(isTime(to) || to === '24:00')) throw new TypeError(`${OWNER}: to is ${quote(to)}; ${EXPECTED}`)
  if (from === to) throw new TypeError(`${OWNER}: from and to are both ${quote(from)}; expected two different times`)
  return { from, to }
}

function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text)
}

function quote(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : describeValue(value)
}

/** Creates a formatter that writes the time of day as HH:MM. */
function createClock(timeZone: unknown): Intl.DateTimeFormat {
  const expected = "expected a name such as 'Europe/Berlin' or 'UTC'"
  // Without a time zone, the formatter would use that of the function's environment.
  if (typeof timeZone !== 'string') throw new TypeError(`${OWNER}: the time zone is ${describeValue(timeZone)}; ${expected}`)
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  } catch {
    throw new TypeError(`${OWNER}: the time zone '${timeZone}' is unknown; ${expected}`)
  }
}
