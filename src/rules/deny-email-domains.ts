import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainArguments, type DomainList, explainDomain, matchesAddress, parseDomainArguments } from '../shared/email/domain-list.ts'

import { deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { EMAIL_CODE, EMAIL_NOT_ALLOWED, EMAIL_NOT_ALLOWED_AT_SIGN_IN } from './allow-email-domains.ts'

/**
 * Makes a rule that denies users whose email address is malformed, listed or in one of the domains. The rule skips users without an address,
 * and users of other domains.
 *
 * @throws TypeError if a domain is invalid, or the list is empty.
 * @example
 * preSignUp(denyEmailDomains('.mailinator.com', 'eve@example.com'))
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
      // Deny a malformed address, because another program may parse a denied domain from it.
      if (address === undefined) return deny('email-malformed', message, EMAIL_CODE)
      if (!matchesAddress(list, address)) return skip()
      const explanation = list.has(address.domain) ? explainDomain(address.domain, 'in', list) : 'The address itself is in the list'
      return { ...deny('domain-denied', message, EMAIL_CODE), explanation }
    },
  })
}
