import { DOT, isLetterOrDigit } from './characters.ts'

const marks = "#$&'*+/=?^_`{|}~-"

/**
 * Whether every program reads a text as the local part of an address: RFC 5321's dot-atom, without three things that hide
 * another domain. Mail servers still read `!` and `%` as a route: `eve%evil.com@example.com` and `evil.com!eve@example.com` are
 * mail for evil.com to them. Mail software that decodes before it parses reads `=?utf-8?q?eve=40evil.com=3e?=@example.com`, an
 * encoded word of RFC 2047, as mail for evil.com.
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
  return !afterDot && !text.includes('=?') && !text.includes('?=')
}
