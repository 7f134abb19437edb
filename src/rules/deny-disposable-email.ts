import type { Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { type BuiltInDomainsOptions, denyBuiltInDomains } from './built-in-domains.ts'
import { DISPOSABLE_DOMAINS } from './lists/disposable-domains.ts'

/**
 * Makes a rule that denies addresses of disposable mailboxes, which last for minutes or days. The package has a list of 8,900 domains. The
 * rule skips users without an address.
 *
 * @throws TypeError if an option is invalid.
 * @example
 * preSignUp(denyDisposableEmail({ allow: ['example.com'] }))
 */
export function denyDisposableEmail<T extends Refusing>(options: BuiltInDomainsOptions = {}): Rule<T> {
  return denyBuiltInDomains<T>({
    name: 'deny-disposable-email',
    owner: 'denyDisposableEmail()',
    text: DISPOSABLE_DOMAINS,
    reasons: ['disposable-email'],
    options,
  })
}
