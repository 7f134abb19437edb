import { stableLetters } from '../shared/email/stable-letters.ts'
import { lazily } from '../shared/lazily.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'

// Sign-up forms are used to send spam through other people's mails, and mail clients make links of a bare `evil.com`:
// escaping does not help, so a name with anything but these in it is left out.
const MAX_LENGTH = 40
const MAX_PARTS = 4
// Scripts without spaces would else hold a sentence in one part.
const MAX_LETTERS = 20
const MAX_IDEOGRAPHS = 6
// A letter of Burmese or Thai may carry three marks; more of them spill over the lines around.
const MAX_MARKS = 3

// Most names are ASCII, and a class of Unicode takes long to compile.
const plainName = buildNamePattern('[A-Za-z]')
const knownLetters = lazily(() => new RegExp(`^[A-Za-zßς '’${stableLetters()}-]+$`, 'u'))
const markedName = lazily(() => buildNamePattern(`\\p{L}\\p{M}{0,${MAX_MARKS}}`))
// Letters that look like punctuation, marks of another script, signs of numbers, and a run of ideographs that is a sentence.
const oddLetters = lazily(
  () =>
    new RegExp(
      `[\\u01c0-\\u01c3\\u0488\\u0489\\u303b]|[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Han}]\\p{M}|[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]{${MAX_IDEOGRAPHS + 1}}`,
      'u',
    ),
)
// A part of an address on the web, written with spaces.
const WEB_PART = /(?:^|[ '’-])(?:www|https?|com|net|org)(?:$|[ '’-])/i

/**
 * Returns the name by which a mail may greet a user, as NFC: at most 40 characters, in at most four parts of at most 20
 * letters and their marks (six, of Chinese and Japanese), with single spaces, apostrophes and hyphens between them. Letters are
 * those that a domain may hold, so none of them is invisible or looks like a full stop. A short phrase may still pass as a name.
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
