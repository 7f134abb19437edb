import type { Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { type BuiltInDomainsOptions, denyBuiltInDomains } from './built-in-domains.ts'
import { FREE_DOMAINS } from './lists/free-domains.ts'

/**
 * Makes a rule that denies addresses of free mailboxes, such as Gmail, so that only addresses of organisations pass. The package has a list
 * of 5,200 domains. The rule skips users without an address.
 *
 * @throws TypeError if an option is invalid.
 * @example
 * preSignUp(denyFreeEmail(), denyDisposableEmail())
 */
export function denyFreeEmail<T extends Refusing>(options: BuiltInDomainsOptions = {}): Rule<T> {
  return denyBuiltInDomains<T>({
    name: 'deny-free-email',
    owner: 'denyFreeEmail()',
    text: FREE_DOMAINS,
    reasons: ['free-email'],
    options,
  })
}
