import type { TriggerSource } from '../shared/cognito/triggers.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainList, type Domains, explainDomain, isDomainList, matchesAddress, toDomainList } from '../shared/email/domain-list.ts'

import { assertOptions, assertTexts } from '../shared/rules/arguments.ts'
import { allow, type Deny, deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Approving } from '../shared/rules/trigger.ts'

/** The denial's message at sign-up. It is the same for every reason, so that it does not reveal the allowed domains. */
export const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

/** The denial's message at a sign-in or a token refresh. */
export const EMAIL_NOT_ALLOWED_AT_SIGN_IN = 'This email address cannot be used to sign in'

/** The code of every denial of an address. It is one code for all reasons, as the message is one message. */
export const EMAIL_CODE = { code: 'email-not-allowed', field: 'email', quiet: true } as const

// Trigger sources of sign-ups after which Cognito can verify the address by a code. An address from another source may never be verified.
const VERIFIED_BY_CODE: ReadonlySet<string> = new Set<TriggerSource>(['PreSignUp_SignUp', 'PreSignUp_AdminCreateUser'])

/** The options of `allowEmailDomains`. */
export interface AllowEmailDomainsOptions {
  /**
   * The allowed domains and addresses, as `domainList` reads them. `*` matches every domain. With `*`, the rule skips users without an
   * address. For long lists, pass a `DomainList`, such as one that `readDomainList` returns.
   */
  readonly domains: Domains
  /** The denial's message. */
  readonly message?: string
  /**
   * Settings for users from an identity provider. `unverifiedEmail` also applies to users with the status `EXTERNAL_PROVIDER`, and to
   * unknown sources of pre sign-up.
   */
  readonly federated?: {
    /** The outcome for a federated sign-up without an address. The default is `deny`. With `skip`, other rules decide. */
    readonly withoutEmail?: 'deny' | 'skip'
    /**
     * The outcome for an unverified address in an allowed domain. The default is `deny`. With `trust-identity-provider`, the rule allows
     * the address. An address from a provider is unverified unless the provider's `email_verified` is mapped too, and Cognito does not
     * verify it by a code. So trust only a provider that checks addresses: at others, a user may have entered any address.
     */
    readonly unverifiedEmail?: 'deny' | 'trust-identity-provider'
  }
}

/**
 * Makes a rule that allows users whose email address is listed or in one of the domains, and denies the others. This does not prove
 * that the user owns the address. Let Cognito verify the address, and do not auto-confirm users because of this rule.
 *
 * @throws TypeError if a domain is invalid, if the list or the message is empty, or if the list has all of com, net or org.
 * @example
 * preSignUp(when(not(byAdministrator), allowEmailDomains('example.com', '*.example.org', 'guest@example.net')))
 */
export function allowEmailDomains<T extends Approving>(options: AllowEmailDomainsOptions): Rule<T>
export function allowEmailDomains<T extends Approving>(list: DomainList): Rule<T>
export function allowEmailDomains<T extends Approving>(...domains: readonly string[]): Rule<T>
export function allowEmailDomains<T extends Approving>(...given: Given): Rule<T> {
  const options = toOptions(given)
  const list = toDomainList(options.domains)
  assertClosed(list)
  // Make the denial here, so that an empty message throws when the rule is made, and not at the first denial.
  const atSignUp = deny('domain-not-allowed', options.message ?? EMAIL_NOT_ALLOWED, EMAIL_CODE)
  const atSignIn = deny('domain-not-allowed', options.message ?? EMAIL_NOT_ALLOWED_AT_SIGN_IN, EMAIL_CODE)
  // With `*`, every domain is allowed, so do not deny a missing or unverified address.
  const everyDomain = list.every
  const { withoutEmail = 'deny', unverifiedEmail = 'deny' } = options.federated ?? {}

  return compose<T>({
    name: 'allow-email-domains',
    kind: 'rule',
    can: ['allow', 'deny'],
    permissions: [],
    judges: 'email-domain',
    evaluate({ event, trigger, user }) {
      const { triggerSource } = event
      const signsUp = trigger === 'PreSignUp'
      const refuse = (reason: string): Deny => ({ ...(signsUp ? atSignUp : atSignIn), reason })
      const byProvider = triggerSource === 'PreSignUp_ExternalProvider'
      const federated = user.status === 'EXTERNAL_PROVIDER' || (signsUp && !VERIFIED_BY_CODE.has(triggerSource))
      const excused = everyDomain || (byProvider && withoutEmail === 'skip')
      if (user.email === undefined) return excused ? skip('no-email') : refuse('no-email')
      const address = parseEmailAddress(user.email)
      if (address === undefined) return refuse('email-malformed')
      if (!matchesAddress(list, address))
        return { ...refuse('domain-not-allowed'), explanation: explainDomain(address.domain, 'not in', list) }
      if (user.emailVerified || everyDomain || (VERIFIED_BY_CODE.has(triggerSource) && !federated)) return allow()
      if (!federated) return refuse('email-not-verified')
      return unverifiedEmail === 'deny' ? refuse('federated-email-not-verified') : allow()
    },
  })
}

// In these top-level domains anyone can register a name. `.com` is left of `${COMPANY}.com` if the variable is empty.
const OPEN = ['com', 'net', 'org']

/** @throws TypeError if the list allows every domain below an open top-level domain. `*` says the same on purpose. */
function assertClosed(list: DomainList): void {
  const open = list.every ? undefined : OPEN.find((topLevel) => list.has(`any-name-at-all.${topLevel}`))
  if (open !== undefined)
    throw new TypeError(
      `allowEmailDomains(): the list matches every domain below '${open}', where anyone can register one; expected single domains, or only '*' for every domain`,
    )
}

const OPTIONS = ['domains', 'message', 'federated']

type Given = readonly [AllowEmailDomainsOptions | DomainList] | readonly string[]

function toOptions(given: Given): AllowEmailDomainsOptions {
  const [first] = given
  if (isDomainList(first)) return { domains: first }
  if (isOptions(first)) {
    assertOptions('allowEmailDomains()', first, OPTIONS)
    return first
  }
  const domains = given.filter((each) => typeof each === 'string')
  assertTexts('allowEmailDomains()', given)
  return { domains }
}

function isOptions(value: Given[number] | undefined): value is AllowEmailDomainsOptions {
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}
