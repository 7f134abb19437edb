// Printable ASCII but for what JSON escapes: most texts are that, and themselves between quotes. A class of Unicode would be a
// closer fit, and slow to compile at a cold start.
const PLAIN = /^[ !#-[\]-~]*$/

/** A text, or null, as JSON writes it. */
export function textJson(text: string | null): string {
  if (text === null) return 'null'
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A number as JSON writes it, which knows no NaN and no infinity. */
export function numberJson(value: number): string {
  return Number.isFinite(value) ? `${value}` : 'null'
}

const DAY_MS = 86_400_000

/**
 * Makes a function that writes times as `Date.toISOString` does, from 1970 to 9999. The date is reckoned once a day, and not
 * asked of `Date`: with its first date that loads the tables of time zones, which takes as long as all rules of a cold start.
 */
export function timestamps(): (now: number) => string {
  let day = Number.NaN
  let date = ''
  return (now) => {
    const today = Math.floor(now / DAY_MS)
    if (today !== day) {
      day = today
      date = dateOf(today)
    }
    const ms = now - today * DAY_MS
    const seconds = Math.floor(ms / 1000)
    const minutes = Math.floor(seconds / 60)
    return `${date}T${digits(Math.floor(minutes / 60), 100)}:${digits(minutes % 60, 100)}:${digits(seconds % 60, 100)}.${digits(ms % 1000, 1000)}Z`
  }
}

const FOUR_YEARS = 1461
const CENTURY = 36_524
const FOUR_CENTURIES = 146_097
/** From the first of March of the year 0 to 1970: counted from March on, a leap day is the last of its year. */
const MARCH_0 = 719_468

/** The Gregorian date of a day, counted from 1970 on. */
function dateOf(day: number): string {
  const days = day + MARCH_0
  const inCycle = days % FOUR_CENTURIES
  const leapDays = Math.floor(inCycle / (FOUR_YEARS - 1)) - Math.floor(inCycle / CENTURY) + Math.floor(inCycle / (FOUR_CENTURIES - 1))
  const yearInCycle = Math.floor((inCycle - leapDays) / 365)
  const inYear = inCycle - (365 * yearInCycle + Math.floor(yearInCycle / 4) - Math.floor(yearInCycle / 100))
  // From March to July, and again from August on, five months have 153 days.
  const monthFromMarch = Math.floor((5 * inYear + 2) / 153)
  const dayOfMonth = inYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearInCycle + 400 * Math.floor(days / FOUR_CENTURIES) + (month <= 2 ? 1 : 0)
  return `${digits(year, 10_000)}-${digits(month, 100)}-${digits(dayOfMonth, 100)}`
}

/** A number with zeros before it, as many digits as `size` has zeros. */
function digits(value: number, size: 100 | 1000 | 10_000): string {
  return `${size + value}`.slice(1)
}
