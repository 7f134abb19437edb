import { type Condition, proving } from '../rules/condition.ts'
import type { Context } from '../rules/context.ts'
import { parseEmailAddress } from './address.ts'
import { domainList } from './domain-list.ts'

/**
 * Whether the user's email address is in one of these domains, written as {@link domainList} takes them. No address, or one
 * that is not exactly one plain address, is in none.
 *
 * At sign-up anybody can type any address: the answer says nothing about who owns it. And `not(emailDomainIn(...))` is
 * true of a missing or malformed address as well.
 *
 * @throws TypeError when no domain is named, or when one is wrong.
 * @example
 * when(emailDomainIn('example.com', '*.example.org'), requireAttributes(staffSchema))
 */
export function emailDomainIn(...domains: readonly string[]): Condition {
  const list = domainList(domains)
  return proving('domain', ({ user }: Context) => {
    const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
    return address !== undefined && list.has(address.domain)
  })
}
