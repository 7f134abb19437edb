import type { TriggerSource } from '../shared/cognito/triggers.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainList, type Domains, isDomainList, listOf } from '../shared/email/domain-list.ts'
import { allow, type Deny, deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PreSignUp } from './trigger.ts'

/** What the caller reads: the same for every reason, so that nobody learns which domains are let in. */
export const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

// From any other source an address may come that its user only typed, and that Cognito never verifies.
const ASKS_FOR_CODE: ReadonlySet<string> = new Set<TriggerSource>(['PreSignUp_SignUp', 'PreSignUp_AdminCreateUser'])

/** Which addresses may sign up. */
export interface AllowEmailDomainsOptions {
  /**
   * `example.com` for the domain itself, `*.example.org` for its subdomains, `*` alone for every domain, and users without an
   * address too. Or a list, such as one that readDomainList reads: for more domains than anybody writes into a program.
   */
  readonly domains: Domains
  /** What the caller reads on a denial. */
  readonly message?: string
  /**
   * How users from an identity provider are judged. A source that Cognito may add one day, and a user whose status says that they
   * come from a provider, are held to the same, but for `withoutEmail`.
   */
  readonly federated?: {
    /** Without an address: `deny` unless `skip` leaves them to the other rules. */
    readonly withoutEmail?: 'deny' | 'skip'
    /**
     * With an address that the provider does not confirm: `deny` unless `trust-identity-provider`. Cognito marks mapped
     * addresses as unverified unless the provider's `email_verified` is mapped too, and never asks for a code: at a provider
     * where anybody can open an account, the address is whatever its user typed.
     */
    readonly unverifiedEmail?: 'deny' | 'trust-identity-provider'
  }
}

/**
 * Allows users whose email address is in one of the domains, and denies the others. That says nothing about who owns
 * the address: let Cognito verify it, and do not confirm users on the strength of this.
 *
 * @throws TypeError that names the entry, when a domain cannot be one; also when the list or the message is empty.
 * @example
 * preSignUp(when(not(byAdministrator), allowEmailDomains('example.com', '*.example.org')))
 */
export function allowEmailDomains(options: AllowEmailDomainsOptions): Rule<PreSignUp>
export function allowEmailDomains(list: DomainList): Rule<PreSignUp>
export function allowEmailDomains(...domains: readonly string[]): Rule<PreSignUp>
export function allowEmailDomains(...given: Given): Rule<PreSignUp> {
  const options = optionsOf(given)
  const list = listOf(options.domains)
  // Worded once: a message that is empty is refused here, not when the first user comes.
  const denial = deny('domain-not-allowed', options.message ?? EMAIL_NOT_ALLOWED)
  const refuse = (reason: string): Deny => ({ ...denial, reason })
  // Where every domain is let in there is nothing that an address could prove or a missing one could hide.
  const everyDomain = list.every
  const { withoutEmail = 'deny', unverifiedEmail = 'deny' } = options.federated ?? {}

  return defineRule<PreSignUp>(
    'allow-email-domains',
    ({ event, user }) => {
      const { triggerSource } = event
      const byProvider = triggerSource === 'PreSignUp_ExternalProvider'
      const federated = user.status === 'EXTERNAL_PROVIDER' || !ASKS_FOR_CODE.has(triggerSource)
      const excused = everyDomain || (byProvider && withoutEmail === 'skip')
      if (user.email === undefined) return excused ? skip('no-email') : refuse('no-email')
      const reason = refusal(user.email, list)
      if (reason !== undefined) return refuse(reason)
      if (federated && !user.emailVerified && unverifiedEmail === 'deny' && !everyDomain) return refuse('federated-email-not-verified')
      return allow()
    },
    { kind: 'gate', permissions: [], judges: 'email-domain' },
  )
}

function refusal(email: string, list: DomainList): string | undefined {
  const address = parseEmailAddress(email)
  if (address === undefined) return 'email-malformed'
  return list.has(address.domain) ? undefined : 'domain-not-allowed'
}

type Given = readonly [AllowEmailDomainsOptions | DomainList] | readonly string[]

function optionsOf(given: Given): AllowEmailDomainsOptions {
  if (areDomains(given)) return { domains: given }
  return isDomainList(given[0]) ? { domains: given[0] } : given[0]
}

function areDomains(given: Given): given is readonly string[] {
  return typeof given[0] !== 'object'
}
