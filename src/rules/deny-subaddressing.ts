import { parseEmailAddress } from '../shared/email/address.ts'
import { hasTag, indexProviders, type MailProvider } from '../shared/email/mail-providers.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'

const OWNER = 'denySubaddressing()'
const TAG_NOT_ALLOWED = 'Please use an email address without a tag'
const CODE = { code: 'email-with-tag', field: 'email', quiet: true } as const

/** The options of {@link denySubaddressing}. */
export interface DenySubaddressingOptions {
  /** How to treat a `+` in an address of any other domain. The default is `accept`, because it may be part of a name there. */
  readonly plusElsewhere?: 'accept' | 'deny'
  /** More providers, such as your own domain. */
  readonly providers?: readonly MailProvider[]
  /** The denial's message. */
  readonly message?: string
}

/**
 * Makes a rule that denies email addresses with a tag, such as `ann+news@gmail.com`. Each provider has its own separator. The rule skips
 * users without an address. It does not compare addresses.
 *
 * @throws TypeError if an option is invalid.
 * @example
 * preSignUp(denySubaddressing())
 */
export function denySubaddressing<T extends Refusing>(options: DenySubaddressingOptions = {}): Rule<T> {
  assertOptions(OWNER, options, ['plusElsewhere', 'providers', 'message'])
  const { plusElsewhere = 'accept', providers: more = [], message = TAG_NOT_ALLOWED } = options
  if (plusElsewhere !== 'accept' && plusElsewhere !== 'deny')
    throw new TypeError(`${OWNER}: plusElsewhere is '${plusElsewhere}'; expected 'accept' or 'deny'`)
  const providers = indexProviders(OWNER, more)
  const tagged = deny('subaddress', message, CODE)
  const malformed = deny('email-malformed', message, CODE)
  return compose<T>({
    name: 'deny-subaddressing',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    reasons: ['subaddress'],
    evaluate({ user }) {
      if (user.email === undefined) return skip('no-email')
      const address = parseEmailAddress(user.email)
      // Deny a malformed address, because another program may read a tag in it.
      if (address === undefined) return malformed
      const isElsewhere = plusElsewhere === 'deny' && !providers.has(address.domain)
      return hasTag(address, providers) || (isElsewhere && address.local.indexOf('+') > 0) ? tagged : skip()
    },
  })
}
