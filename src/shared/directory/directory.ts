import { emailKey, parseEmailAddress } from '../email/address.ts'
import { describeValue } from '../rules/arguments.ts'
import type { RulePermission } from '../rules/rule.ts'

/** A user of a legacy directory. */
export interface DirectoryUser {
  /** The user's attributes by the directory's names. Strings, booleans and numbers are read, other values are ignored. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** True if the user must choose a new password, although the password was right. Examples: a temporary password, an unproven MFA. */
  readonly mustReset?: boolean
}

/** The name and the password that a user typed. */
export interface Credentials {
  readonly userName: string
  readonly password: string
}

/**
 * Port for a directory of users who are not in the user pool yet.
 *
 * An adapter takes the same time for an unknown user as for a wrong password. Otherwise the time reveals who has an account. It writes the
 * password to no log and no error.
 */
export interface Directory {
  /**
   * Checks a password.
   *
   * @throws if the directory does not answer. The user is then refused with a fixed message.
   */
  readonly checkPassword: (credentials: Credentials, signal: AbortSignal) => Promise<DirectoryUser | 'unknown-user' | 'wrong-password'>
  /**
   * Finds a user without a password. Returns undefined if the directory has no such user.
   *
   * @throws if the directory does not answer. The user is then refused with a fixed message.
   */
  readonly findUser: (userName: string, signal: AbortSignal) => Promise<DirectoryUser | undefined>
  /** The cost of a password hash, such as `bcrypt:cost=10`, if the directory computes hashes. `lifeguard doctor` reads it. */
  readonly hash?: string
  /** The IAM permissions of both. */
  readonly permissions?: readonly RulePermission[]
}

/** Returns one form for all spellings of a typed name. The domain of an address becomes ASCII, and every letter lower case. */
export function normaliseLogin(userName: string): string {
  const address = parseEmailAddress(userName)
  // Normalised twice, because a lower-case letter may combine with a mark that did not combine with the upper-case letter.
  return address === undefined ? userName.normalize('NFC').toLowerCase().normalize('NFC') : emailKey(address)
}

/**
 * Checks a directory at run time for plain JavaScript.
 *
 * @throws TypeError if a function is missing.
 */
export function assertDirectory(owner: string, directory: Partial<Directory> | undefined): void {
  if (typeof directory?.checkPassword === 'function' && typeof directory.findUser === 'function') return
  throw new TypeError(
    `${owner}: the directory is ${describeValue(directory)}; expected an object with the functions checkPassword and findUser`,
  )
}
