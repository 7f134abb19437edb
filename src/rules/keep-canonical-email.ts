import { assertCanonicalEmails, type CanonicalEmails } from '../shared/canonical/canonical-emails.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import type { DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Working } from '../shared/rules/trigger.ts'

const OWNER = 'keepCanonicalEmail()'

/** The options of {@link keepCanonicalEmail}. */
export interface KeepCanonicalEmailOptions {
  /**
   * How to treat an address that is not verified. With the default, `skip`, its reservation expires, so that a stranger cannot keep another
   * person's address.
   */
  readonly unverified?: 'skip' | 'keep'
}

/**
 * Makes a rule that keeps a user's mailbox for the user, as `uniqueCanonicalEmail` has reserved it. It may run any number of times.
 *
 * It cannot refuse the user. If another user has the mailbox by now, the rule skips.
 *
 * @throws TypeError if an option or the table is invalid.
 * @example
 * postConfirmation(keepCanonicalEmail(dynamoCanonicalEmails({ documents: documentClient(), table: 'emails' })))
 */
export function keepCanonicalEmail<T extends Working>(
  emails: CanonicalEmails,
  options: KeepCanonicalEmailOptions = {},
): Rule<T> & DeclaresReads {
  assertCanonicalEmails(OWNER, emails)
  assertOptions(OWNER, options, ['unverified'])
  const { unverified = 'skip' } = options
  if (unverified !== 'skip' && unverified !== 'keep')
    throw new TypeError(`${OWNER}: unverified is '${unverified}'; expected 'skip' or 'keep'`)
  const rule = compose<T>({
    name: 'keep-canonical-email',
    kind: 'rule',
    can: ['done'],
    reasons: ['mailbox-taken'],
    ...(emails.permissions && { permissions: emails.permissions }),
    async evaluate({ event, user, signal }) {
      if (user.email === undefined) return skip('no-email')
      if (!user.emailVerified && unverified === 'skip') return skip('email-not-verified')
      const address = parseEmailAddress(user.email)
      if (address === undefined) return skip('email-malformed')
      if (user.userName === '') return skip('user-not-named')
      const claim = { userPoolId: event.userPoolId, userName: user.userName, address }
      return (await emails.keep(claim, signal)) ? done() : skip('mailbox-taken')
    },
  })
  return { ...rule, reads: ['email', 'email_verified'] }
}
