import type { User } from '../shared/rules/context.ts'

// Sign-up forms are used to send spam through other people's mails, and mail clients make links of a bare `evil.com`:
// escaping does not help, so a name with anything but these in it is left out. A mark at its start would change the
// character before it.
const NAME = "^\\p{L}(?:[\\p{L}\\p{M}]|[ '’-](?=[\\p{L}\\p{M}])){0,39}$"
// The same for ASCII, which most names are: classes of Unicode are slow to make and to compile, as a cold start feels.
const PLAIN_NAME = /^[A-Za-z](?:[A-Za-z]|[ '-](?=[A-Za-z])){0,39}$/

/** The name by which a mail may greet a user: short, and nothing but letters, marks, spaces, apostrophes and hyphens. */
export function mailableName({ attributes }: Pick<User, 'attributes'>): string | undefined {
  return [attributes.given_name, attributes.name].find((name) => name !== undefined && isName(name))
}

function isName(text: string): boolean {
  return PLAIN_NAME.test(text) || new RegExp(NAME, 'u').test(text)
}
