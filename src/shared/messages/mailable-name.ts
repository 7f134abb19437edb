import { stableLetters } from '../email/stable-letters.ts'
import { lazily } from '../lazily.ts'
import type { RuleUser } from '../rules/trigger.ts'

// Spammers put their text into the name field of sign-up forms. Escaping does not help, because mail clients link a bare
// `evil.com`. So the email leaves out a name that exceeds these limits or has a full stop, a digit or a symbol.
const MAX_LENGTH = 40
const MAX_PARTS = 4
// The limits of one part. In a script without spaces, a longer part could be a whole sentence.
const MAX_LETTERS = 20
const MAX_IDEOGRAPHS = 6
// A Burmese or Thai letter may have three combining marks. More would overlap the lines above and below.
const MAX_MARKS = 3

// Most names are ASCII, so the Unicode patterns below are compiled only when needed. They are slow to compile.
const plainName = buildNamePattern('[A-Za-z]')
const knownLetters = lazily(() => new RegExp(`^[A-Za-zßς '’${stableLetters()}-]+$`, 'u'))
const markedName = lazily(() => buildNamePattern(`\\p{L}\\p{M}{0,${MAX_MARKS}}`))
// Matches letters that look like punctuation, number signs, marks after letters that need none, and long runs of ideographs.
const oddLetters = lazily(
  () =>
    new RegExp(
      `[\\u01c0-\\u01c3\\u0488\\u0489\\u303b]|[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Han}]\\p{M}|[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]{${MAX_IDEOGRAPHS + 1}}`,
      'u',
    ),
)
// Matches a part of a web address, such as `www` or `com`, as a word of its own.
const WEB_PART = /(?:^|[ '’-])(?:www|https?|com|net|org)(?:$|[ '’-])/i

/**
 * Returns a user's name for the greeting of an email, in Unicode form NFC. Returns undefined if the name may be spam.
 *
 * A name has at most 40 characters and four parts. A part has at most 20 letters with their marks, or six Chinese or Japanese
 * characters. Single spaces, apostrophes or hyphens separate the parts.
 *
 * The letters are those that a domain may have, so they are visible and do not look like a full stop. A short phrase may still pass.
 */
export function mailableName({ attributes }: Pick<RuleUser, 'attributes'>): string | undefined {
  return [attributes.given_name, attributes.name]
    .map((name) => (name === undefined || name.length > MAX_LENGTH * 2 ? '' : name.normalize('NFC')))
    .find(isName)
}

function isName(text: string): boolean {
  if ([...text].length > MAX_LENGTH) return false
  if (WEB_PART.test(text)) return false
  return plainName.test(text) || (knownLetters().test(text) && markedName().test(text) && !oddLetters().test(text))
}

function buildNamePattern(letter: string): RegExp {
  return new RegExp(`^(?:${letter}){1,${MAX_LETTERS}}(?:[ '’-](?:${letter}){1,${MAX_LETTERS}}){0,${MAX_PARTS - 1}}$`, 'u')
}
