import { type Condition, withProof } from '../rules/condition.ts'
import { LifeguardError } from '../rules/errors.ts'
import type { RuleContext } from '../rules/trigger.ts'
import { parseEmailAddress } from './address.ts'
import { type DomainArguments, type DomainList, parseDomainArguments } from './domain-list.ts'

/** The user has an email address that two programs may read differently, so no condition can tell its domain. */
export class UnreadableEmailError extends LifeguardError {
  override readonly name = 'UnreadableEmailError'
  override readonly code = 'email-malformed'
  constructor() {
    super("The user's email address is not exactly one plain address")
  }
}

/**
 * Returns a condition: whether the user's email address is in one of these domains. A user without an address is in none.
 *
 * At sign-up a user can type any address: the answer says nothing about who owns it. And `not(emailDomainIn(...))` is true of
 * a user without an address.
 *
 * An address that is not exactly one plain address makes the condition throw {@link UnreadableEmailError}, because some other
 * program may read one of these domains in it. A rule for a trigger that can refuse then refuses.
 *
 * @throws TypeError when the list is empty, or when a domain is wrong.
 * @example
 * when(emailDomainIn('example.com', '*.example.org'), requireAttributes(staffSchema))
 */
export function emailDomainIn(list: DomainList): Condition
export function emailDomainIn(...domains: readonly string[]): Condition
export function emailDomainIn(...given: DomainArguments): Condition {
  const list = parseDomainArguments('emailDomainIn()', given)
  return withProof('domain', ['email'], ({ user }: RuleContext) => {
    if (user.email === undefined) return false
    const address = parseEmailAddress(user.email)
    if (address === undefined) throw new UnreadableEmailError()
    return list.has(address.domain)
  })
}
