import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainArguments, type DomainList, listOfArguments } from '../shared/email/domain-list.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { EMAIL_NOT_ALLOWED } from './allow-email-domains.ts'
import type { PreSignUp } from './trigger.ts'

/**
 * Denies users whose email address is in one of the domains, or is no address at all. It never allows: users without an
 * address, and those of other domains, are left to the other rules.
 *
 * @throws TypeError that names the entry, when a domain cannot be one or the list is empty.
 * @example
 * preSignUp(denyEmailDomains('mailinator.com', '*.mailinator.com'))
 */
export function denyEmailDomains(list: DomainList): Rule<PreSignUp>
export function denyEmailDomains(...domains: readonly string[]): Rule<PreSignUp>
export function denyEmailDomains(...given: DomainArguments): Rule<PreSignUp> {
  const list = listOfArguments(given)
  return defineRule<PreSignUp>(
    'deny-email-domains',
    ({ user }) => {
      if (user.email === undefined) return skip('no-email')
      const address = parseEmailAddress(user.email)
      // Whoever reads a malformed address may find a denied domain in it, so it is not let through as "another one".
      if (address === undefined) return deny('email-malformed', EMAIL_NOT_ALLOWED)
      return list.has(address.domain) ? deny('domain-denied', EMAIL_NOT_ALLOWED) : skip()
    },
    { kind: 'guard', permissions: [], judges: 'email-domain' },
  )
}
