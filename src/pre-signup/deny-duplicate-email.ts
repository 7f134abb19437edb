import { emailKey, parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import type { PreSignUp } from './trigger.ts'

/** The default message of a denial. It is the same as for an address in a domain that is not allowed. */
const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

/** The email address of a new user, to look it up in an {@link EmailDirectory}. */
export interface EmailQuery {
  readonly userPoolId: string
  /** The address as the event has it. */
  readonly email: string
  /** The address in lower case, its domain in ASCII. Equal addresses have equal keys. */
  readonly key: string
}

/** A look-up of email addresses that have a user. */
export interface EmailDirectory {
  /**
   * Returns true if a user has the address.
   *
   * @throws if the look-up fails. The rule then has an error, and the user is refused.
   */
  readonly isTaken: (query: EmailQuery, signal: AbortSignal) => Promise<boolean>
  /** The IAM permissions of the look-up. */
  readonly permissions?: readonly RulePermission[]
}

/** The options of {@link denyDuplicateEmail}. */
export interface DenyDuplicateEmailOptions {
  /**
   * Must be `true`. A denial reveals that an address has an account, to anyone who tries to sign up with it. No message can hide that,
   * because other addresses are accepted.
   */
  readonly revealsExistence: true
  /** The denial's message. The default does not mention the account. */
  readonly message?: string
}

/**
 * Makes a rule that denies a new user whose email address belongs to a user already. It looks up every address in the same
 * way, so the response time reveals nothing more. It judges all sources of pre sign-up. It skips users without an address.
 *
 * Two sign-ups at the same moment can both pass, because no user exists yet when the rule looks.
 *
 * @throws TypeError without `revealsExistence: true`, for an unknown option, an empty message or an invalid directory.
 * @example
 * preSignUp(denyDuplicateEmail(cognitoEmailDirectory({ cognito: cognitoClient() }), { revealsExistence: true }))
 */
export function denyDuplicateEmail(directory: EmailDirectory, options: DenyDuplicateEmailOptions): Rule<PreSignUp> {
  // Check at run time for plain JavaScript, because only TypeScript checks the types.
  if (typeof directory?.isTaken !== 'function')
    throw new TypeError(`denyDuplicateEmail(): the directory is ${describeValue(directory)}; expected an object with a function isTaken`)
  assertOptions('denyDuplicateEmail()', options, ['revealsExistence', 'message'])
  if (options.revealsExistence !== true)
    throw new TypeError(
      'denyDuplicateEmail(): a denial reveals to anyone that an address has an account; expected revealsExistence: true, to accept that',
    )
  const { message = EMAIL_NOT_ALLOWED } = options
  // The default message does not mention the account, so the code does not either.
  const code = { code: options.message === undefined ? 'email-not-allowed' : 'email-taken', field: 'email', quiet: true }
  const taken = deny('email-taken', message, code)
  const malformed = deny('email-malformed', message, code)

  return defineRule<PreSignUp>(
    'deny-duplicate-email',
    async ({ event, user, signal }) => {
      if (user.email === undefined) return skip('no-email')
      const address = parseEmailAddress(user.email)
      // Deny a malformed address, because it can be another spelling of a taken one.
      if (address === undefined) return malformed
      const query = { userPoolId: event.userPoolId, email: user.email, key: emailKey(address) }
      const found: unknown = await directory.isTaken(query, signal)
      // Without this check, a directory in plain JavaScript that returns undefined or a list would decide by accident.
      if (typeof found !== 'boolean') throw new TypeError(`isTaken() returned ${describeValue(found)}; expected a boolean`)
      return found ? taken : skip()
    },
    { can: ['deny'], reasons: ['email-taken'], ...(directory.permissions && { permissions: directory.permissions }) },
  )
}
