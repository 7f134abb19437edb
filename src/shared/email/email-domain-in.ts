import { type Condition, proving } from '../rules/condition.ts'
import type { Context } from '../rules/context.ts'
import { parseEmailAddress } from './address.ts'
import type { DomainList } from './domain-list.ts'
import { type DomainArguments, listOfArguments } from './domains.ts'

/**
 * Whether the user's email address is in one of these domains, patterns or a list of them. No address, or one
 * that is not exactly one plain address, is in none.
 *
 * At sign-up anybody can type any address: the answer says nothing about who owns it. And `not(emailDomainIn(...))` is
 * true of a missing or malformed address as well.
 *
 * @throws TypeError when no domain is named, or when one is wrong.
 * @example
 * when(emailDomainIn('example.com', '*.example.org'), requireAttributes(staffSchema))
 */
export function emailDomainIn(list: DomainList): Condition
export function emailDomainIn(...domains: readonly string[]): Condition
export function emailDomainIn(...given: DomainArguments): Condition {
  const list = listOfArguments(given)
  return proving('domain', ['email'], ({ user }: Context) => {
    const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
    return address !== undefined && list.has(address.domain)
  })
}
