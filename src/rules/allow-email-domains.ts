import type { TriggerSource } from '../shared/cognito/triggers.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { type DomainList, type Domains, isDomainList, toDomainList } from '../shared/email/domain-list.ts'
import { assertOptions, assertTexts } from '../shared/rules/arguments.ts'
import { allow, type Deny, deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Approving } from '../shared/rules/trigger.ts'

/** What the caller of a sign-up reads: the same for every reason, so that nobody learns which domains are let in. */
export const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

/** The same for a sign-in or a refresh. */
export const EMAIL_NOT_ALLOWED_AT_SIGN_IN = 'This email address cannot be used to sign in'

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
export function allowEmailDomains<T extends Approving>(options: AllowEmailDomainsOptions): Rule<T>
export function allowEmailDomains<T extends Approving>(list: DomainList): Rule<T>
export function allowEmailDomains<T extends Approving>(...domains: readonly string[]): Rule<T>
export function allowEmailDomains<T extends Approving>(...given: Given): Rule<T> {
  const options = toOptions(given)
  const list = toDomainList(options.domains)
  // Worded once: a message that is empty is refused here, not when the first user comes.
  const atSignUp = deny('domain-not-allowed', options.message ?? EMAIL_NOT_ALLOWED)
  const atSignIn = deny('domain-not-allowed', options.message ?? EMAIL_NOT_ALLOWED_AT_SIGN_IN)
  // Where every domain is let in there is nothing that an address could prove or a missing one could hide.
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
      const federated = user.status === 'EXTERNAL_PROVIDER' || (signsUp && !ASKS_FOR_CODE.has(triggerSource))
      const excused = everyDomain || (byProvider && withoutEmail === 'skip')
      if (user.email === undefined) return excused ? skip('no-email') : refuse('no-email')
      const reason = refusal(user.email, list)
      if (reason !== undefined) return refuse(reason)
      if (user.emailVerified || everyDomain || (ASKS_FOR_CODE.has(triggerSource) && !federated)) return allow()
      if (!federated) return refuse('email-not-verified')
      return unverifiedEmail === 'deny' ? refuse('federated-email-not-verified') : allow()
    },
  })
}

function refusal(email: string, list: DomainList): string | undefined {
  const address = parseEmailAddress(email)
  if (address === undefined) return 'email-malformed'
  return list.has(address.domain) ? undefined : 'domain-not-allowed'
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
