import { assertOptions } from '../shared/rules/arguments.ts'

/** The password policy of the user pool. */
export interface PasswordPolicy {
  /** The minimum length in characters, from 6 to 99. */
  readonly minLength: number
  readonly lowercase?: boolean
  readonly uppercase?: boolean
  readonly numbers?: boolean
  readonly symbols?: boolean
}

/** The character classes of Cognito's policy. A space counts as a symbol only inside a password. */
const CLASSES: Readonly<Record<Exclude<keyof PasswordPolicy, 'minLength'>, RegExp>> = {
  lowercase: /[a-z]/,
  uppercase: /[A-Z]/,
  numbers: /\d/,
  symbols: /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S .*\S/,
}

/**
 * Returns a check for `requirePolicy` of `migrateUsers`, with the rules of a user pool's password policy.
 *
 * @throws TypeError for an unknown option. RangeError if `minLength` is not a whole number from 6 to 99.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-policies.html
 * @example
 * passwordPolicy({ minLength: 12, uppercase: true, numbers: true })
 */
export function passwordPolicy(policy: PasswordPolicy): (password: string) => boolean {
  assertOptions('passwordPolicy()', policy, ['minLength', ...Object.keys(CLASSES)])
  const { minLength, ...classes } = policy
  if (!(Number.isInteger(minLength) && minLength >= 6 && minLength <= 99))
    throw new RangeError(`passwordPolicy(): minLength is ${minLength}; expected a whole number from 6 to 99`)
  const needed = Object.entries(CLASSES).flatMap(([name, pattern]) => (Reflect.get(classes, name) === true ? [pattern] : []))
  return (password) => [...password].length >= minLength && needed.every((pattern) => pattern.test(password))
}
