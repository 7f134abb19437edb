import { type Condition, withProof } from '../rules/condition.ts'
import { LifeguardError } from '../rules/errors.ts'
import type { RuleContext } from '../rules/trigger.ts'
import { parseEmailAddress } from './address.ts'
import { type DomainArguments, type DomainList, matchesAddress, parseDomainArguments } from './domain-list.ts'

/** Thrown if two programs may read the user's email address differently, so its domain is uncertain. */
export class UnreadableEmailError extends LifeguardError {
  override readonly name = 'UnreadableEmailError'
  override readonly code = 'email-malformed'
  constructor() {
    super("The user's email address is not exactly one plain address")
  }
}

/**
 * Returns a condition that is true if the user's email address is in one of these domains, or is listed. It is false for a user without an address,
 * so `not(emailDomainIn(...))` is true for that user.
 *
 * It proves nothing about the owner of the address, because a user can type any address at sign-up.
 *
 * The condition throws {@link UnreadableEmailError} if the address is not exactly one plain address, because another program may read
 * one of these domains in it. In a refusing trigger, the error fails the invocation.
 *
 * @throws TypeError if the list is empty, or if a domain is invalid.
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
    return matchesAddress(list, address)
  })
}
