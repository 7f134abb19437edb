// Loops and no regular expressions: an engine compiles one at its first use and, to faster code, at its second, and the names
// and reasons of a few rules took a noticeable part of a cold start that way.

const HYPHEN = 45
const FULL_STOP = 46
const UNDERSCORE = 95

/**
 * Whether a text is made of ASCII letters and digits, starts with a letter, and has nothing else in it but hyphens, full stops
 * and underscores between two of them: `domain-not-allowed`, `Invite.expired2`.
 */
export function isIdentifier(text: string): boolean {
  if (!isLetter(text.charCodeAt(0))) return false
  let afterMark = false
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isLetter(code) || isDigit(code)) afterMark = false
    else if (afterMark || !(code === HYPHEN || code === UNDERSCORE || code === FULL_STOP)) return false
    else afterMark = true
  }
  return !afterMark
}

/** Whether a text is kebab-case: an identifier in lower case, with hyphens alone. */
export function isKebabCase(text: string): boolean {
  return isIdentifier(text) && text === text.toLowerCase() && !text.includes('_') && !text.includes('.')
}

/** Whether a text is shaped like an attribute's name: identifiers with colons between them, such as `custom:terms`. */
export function isAttributeName(text: string): boolean {
  return text.length <= 64 && text.split(':').every(isIdentifier)
}

// NaN, behind the end of a text, is neither.
function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
