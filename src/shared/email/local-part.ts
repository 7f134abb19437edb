import { DOT, isLetterOrDigit } from './characters.ts'

const marks = "#$&'*+/=?^_`{|}~-"

/**
 * Whether a text is a local part in RFC 5321's dot-atom without `!` and `%`. Mail servers still read those two as a route
 * (`eve%evil.com@example.com` and `evil.com!eve@example.com` are mail for evil.com to them), so behind such an address there
 * may be another domain.
 *
 * A loop for the reason that isDnsName is one.
 */
export function isPlainLocalPart(text: string): boolean {
  // None may stand at either end, nor two together.
  let afterDot = true
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (afterDot) return false
      afterDot = true
    } else if (isLetterOrDigit(code) || marks.includes(text.charAt(at))) afterDot = false
    else return false
  }
  return !afterDot
}
