import { assertCanonicalEmails, type CanonicalEmails, type EmailClaim } from '../shared/canonical/canonical-emails.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { PreSignUp } from './trigger.ts'

const OWNER = 'uniqueCanonicalEmail()'

/** The default message of a denial. It does not mention the account. */
const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

/** The options of {@link uniqueCanonicalEmail}. */
export interface UniqueCanonicalEmailOptions {
  /**
   * Must be `true`. A denial reveals that a mailbox has an account, to anyone who tries to sign up with its address. No message can hide
   * that, because other addresses are accepted.
   */
  readonly revealsExistence: true
  /** The denial's message. The default does not mention the account. */
  readonly message?: string
}

/**
 * Makes a rule that accepts one user for each mailbox: `a.nn+news@gmail.com` and `ann@googlemail.com` are the same one. The first user wins.
 * The rule reserves the mailbox for an hour, after all rules have passed. `keepCanonicalEmail` makes the reservation permanent when the
 * user confirms.
 *
 * Every address costs one write, so the response time reveals nothing more.
 *
 * @throws TypeError without `revealsExistence: true`, or if an option or the table is invalid.
 * @example
 * preSignUp(uniqueCanonicalEmail(dynamoCanonicalEmails({ documents: documentClient(), table: 'emails' }), { revealsExistence: true }))
 */
export function uniqueCanonicalEmail(emails: CanonicalEmails, options: UniqueCanonicalEmailOptions): Rule<PreSignUp> {
  assertCanonicalEmails(OWNER, emails)
  assertOptions(OWNER, options, ['revealsExistence', 'message'])
  if (options.revealsExistence !== true)
    throw new TypeError(
      `${OWNER}: a denial reveals to anyone that a mailbox has an account; expected revealsExistence: true, to accept that`,
    )
  const { message = EMAIL_NOT_ALLOWED } = options
  // The default message does not mention the account, so its code must not either.
  const code = { code: options.message === undefined ? 'email-not-allowed' : 'email-taken', field: 'email', quiet: true }
  const taken = deny('mailbox-taken', message, code)
  const malformed = deny('email-malformed', message, code)
  const unnamed = deny('no-user-name', message, code)

  return defineRule<PreSignUp>(
    'unique-canonical-email',
    ({ user }) => {
      if (user.email === undefined) return skip('no-email')
      // Deny a malformed address, because it can be another spelling of a taken one.
      if (parseEmailAddress(user.email) === undefined) return malformed
      // Without a user name, all users would own the same reservation.
      return user.userName === '' ? unnamed : skip()
    },
    {
      can: ['deny'],
      reasons: ['mailbox-taken', 'no-user-name'],
      ...(emails.permissions && { permissions: emails.permissions }),
      commit: {
        async reserve(ctx) {
          const claim = toClaim(ctx)
          const reserved = claim === undefined || (await emails.reserve(claim, ctx.signal, ctx.event))
          if (reserved === 'renewed') return reserved
          return reserved ? undefined : taken
        },
        async release(ctx) {
          const claim = toClaim(ctx)
          if (claim !== undefined) await emails.release(claim, ctx.signal, ctx.event)
        },
      },
    },
  )
}

/** Returns undefined for a user without an address. */
function toClaim({ event, user }: RuleContext<PreSignUp>): EmailClaim | undefined {
  const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
  return address && { userPoolId: event.userPoolId, userName: user.userName, address }
}
