import { stableLetters } from '../shared/email/stable-letters.ts'
import { lazily } from '../shared/lazily.ts'
import type { User } from '../shared/rules/context.ts'

// Sign-up forms are used to send spam through other people's mails, and mail clients make links of a bare `evil.com`:
// escaping does not help, so a name with anything but these in it is left out.
const MAX_LENGTH = 40
const MAX_PARTS = 5
// A letter of Burmese or Thai may carry three marks; more of them spill over the lines around.
const MAX_MARKS = 3

// Most names are ASCII, and a class of Unicode takes long to compile.
const plainName = nameOf('[A-Za-z]')
const knownLetters = lazily(() => new RegExp(`^[A-Za-zßς '’${stableLetters()}-]+$`, 'u'))
const markedName = lazily(() => nameOf(`\\p{L}\\p{M}{0,${MAX_MARKS}}`))

/**
 * Returns the name by which a mail may greet a user, as NFC: at most 40 characters, in at most five parts of letters and their
 * marks, with single spaces, apostrophes and hyphens between them. Letters are those that a domain may hold, so none of them
 * is invisible or looks like a full stop.
 */
export function mailableName({ attributes }: Pick<User, 'attributes'>): string | undefined {
  return [attributes.given_name, attributes.name]
    .map((name) => (name === undefined || name.length > MAX_LENGTH * 2 ? '' : name.normalize('NFC')))
    .find(isName)
}

function isName(text: string): boolean {
  if ([...text].length > MAX_LENGTH) return false
  return plainName.test(text) || (knownLetters().test(text) && markedName().test(text))
}

function nameOf(letter: string): RegExp {
  return new RegExp(`^(?:${letter})+(?:[ '’-](?:${letter})+){0,${MAX_PARTS - 1}}$`, 'u')
}
