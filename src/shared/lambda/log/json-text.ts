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

/** Makes a function that writes times as `Date.toISOString` does, and asks it only once a day: it takes as long as three rules. */
export function timestamps(): (now: number) => string {
  let day = Number.NaN
  let date = ''
  return (now) => {
    const today = Math.floor(now / DAY_MS)
    if (today !== day) {
      day = today
      date = new Date(now).toISOString().slice(0, 'yyyy-mm-ddT'.length)
    }
    const ms = now - today * DAY_MS
    const seconds = Math.floor(ms / 1000)
    const minutes = Math.floor(seconds / 60)
    return `${date}${digits(Math.floor(minutes / 60), 100)}:${digits(minutes % 60, 100)}:${digits(seconds % 60, 100)}.${digits(ms % 1000, 1000)}Z`
  }
}

/** A number with zeros before it, as many digits as `size` has zeros. */
function digits(value: number, size: 100 | 1000): string {
  return `${size + value}`.slice(1)
}
