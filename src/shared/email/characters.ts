/** A full stop, as a code unit. */
export const DOT = 46
/** A hyphen, as a code unit. */
export const HYPHEN = 45

/** Whether a code unit is a decimal digit of ASCII. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Whether a code unit is a letter of ASCII, of either case, or a digit. */
export function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code)
}
