import { assertDirectory, type Directory, normaliseLogin } from '../shared/directory/directory.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import type { PreSignUp } from './trigger.ts'

/** The default message of a denial. It does not mention the account. */
const NOT_AVAILABLE = 'This sign-up is not possible. If you have an account already, please sign in'

const CODE = { code: 'account-exists', quiet: true } as const

/** The options of {@link reserveLegacyUsers}. */
export interface ReserveLegacyUsersOptions {
  /**
   * Must be `true`. A denial reveals that a name or an address has an account, to anyone who tries to sign up with it. No message can hide
   * that, because others are accepted.
   */
  readonly revealsExistence: true
  /** The denial's message. The default asks users with an account to sign in. */
  readonly message?: string
}

/**
 * Makes a rule that denies a new user whose user name, email address or phone number belongs to a user of a legacy directory. Without it,
 * a stranger could sign up with the address of a user who is not migrated yet, and that user could never be migrated.
 *
 * It looks up every new user in the same way, so the time of a response reveals nothing more. It judges all sources of pre sign-up.
 *
 * @throws TypeError without `revealsExistence: true`, for an unknown option, an empty message or an invalid directory.
 * @example
 * preSignUp(reserveLegacyUsers(directory, { revealsExistence: true }))
 */
export function reserveLegacyUsers(directory: Directory, options: ReserveLegacyUsersOptions): Rule<PreSignUp> {
  assertDirectory('reserveLegacyUsers()', directory)
  assertOptions('reserveLegacyUsers()', options, ['revealsExistence', 'message'])
  if (options.revealsExistence !== true)
    throw new TypeError(
      'reserveLegacyUsers(): a denial reveals to anyone that a user exists; expected revealsExistence: true, to accept that',
    )
  const { message = NOT_AVAILABLE } = options
  const reserved = deny('legacy-user', message, CODE)
  const malformed = deny('email-malformed', message, CODE)

  return defineRule<PreSignUp>(
    'reserve-legacy-users',
    async ({ user, signal }) => {
      // Deny a malformed address, because it can be another spelling of a reserved one.
      if (user.email !== undefined && parseEmailAddress(user.email) === undefined) return malformed
      // Waits for all look-ups even if the first finds a user. Otherwise the time would tell which of the names is reserved.
      const found = await Promise.all(listNames(user).map((name) => directory.findUser(name, signal)))
      return found.every((each) => each === undefined) ? skip() : reserved
    },
    { can: ['deny'], reasons: ['legacy-user'], ...(directory.permissions && { permissions: directory.permissions }) },
  )
}

/** Returns the names by which the user could sign in: as typed, and in lower case. */
function listNames({ userName, email, phoneNumber }: RuleUser): readonly string[] {
  const typed = [userName, email, phoneNumber].filter((name) => name !== undefined && name !== '')
  return [...new Set(typed.flatMap((name) => (name === undefined ? [] : [name, normaliseLogin(name)])))]
}
