import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainArguments, type DomainList, parseDomainArguments } from '../shared/email/domain-list.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { EMAIL_NOT_ALLOWED, EMAIL_NOT_ALLOWED_AT_SIGN_IN } from './allow-email-domains.ts'

/**
 * Denies users whose email address is in one of the domains, or is no address at all. It never allows: users without an
 * address, and those of other domains, are left to the other rules.
 *
 * @throws TypeError that names the entry, when a domain cannot be one or the list is empty.
 * @example
 * preSignUp(denyEmailDomains('mailinator.com', '*.mailinator.com'))
 */
export function denyEmailDomains<T extends Refusing>(list: DomainList): Rule<T>
export function denyEmailDomains<T extends Refusing>(...domains: readonly string[]): Rule<T>
export function denyEmailDomains<T extends Refusing>(...given: DomainArguments): Rule<T> {
  const list = parseDomainArguments('denyEmailDomains()', given)
  return compose<T>({
    name: 'deny-email-domains',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    judges: 'email-domain',
    evaluate({ trigger, user }) {
      const message = trigger === 'PreSignUp' ? EMAIL_NOT_ALLOWED : EMAIL_NOT_ALLOWED_AT_SIGN_IN
      if (user.email === undefined) return skip('no-email')
      const address = parseEmailAddress(user.email)
      // Whoever reads a malformed address may find a denied domain in it, so it is not let through as "another one".
      if (address === undefined) return deny('email-malformed', message)
      return list.has(address.domain) ? deny('domain-denied', message) : skip()
    },
  })
}
