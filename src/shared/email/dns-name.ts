import { DOT, HYPHEN, isDigit, isLetterOrDigit } from './characters.ts'

/** The longest label that DNS carries (RFC 1035 section 2.3.4). */
const longestLabel = 63

const number = /^(?:\d+|0[Xx][\dA-Fa-f]*)$/

/**
 * Whether a text is a name of two labels or more, without the dot of the root, in either case of ASCII letters. Its last label
 * is no number, decimal or hexadecimal: URLs, and IDNA in Node with them, make an IP address of that.
 *
 * A loop and no regular expression: an engine compiles that at its first use and, to faster code, at its second, and with
 * counted labels in it either takes longer than all rules of a cold start.
 */
export function isDnsName(text: string): boolean {
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (!isLabel(text, start, at)) return false
      start = at + 1
    } else if (code !== HYPHEN && !isLetterOrDigit(code)) return false
  }
  return start > 0 && isLabel(text, start, text.length) && !(isDigit(text.charCodeAt(start)) && number.test(text.slice(start)))
}

/** Whether a part of a text is a label, where it is made of letters, digits and hyphens. */
function isLabel(text: string, start: number, end: number): boolean {
  return end > start && end - start <= longestLabel && text.charCodeAt(start) !== HYPHEN && text.charCodeAt(end - 1) !== HYPHEN
}
