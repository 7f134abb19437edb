import { type EmailAddress, parseEmailAddress } from '../shared/email/address.ts'
import { type Domains, matchesAddress, toDomainList } from '../shared/email/domain-list.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { type Deny, deny, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { EMAIL_CODE, EMAIL_NOT_ALLOWED, EMAIL_NOT_ALLOWED_AT_SIGN_IN } from './allow-email-domains.ts'

/** The options of a rule with a built-in list of domains. */
export interface BuiltInDomainsOptions {
  /** Domains and addresses that the rule never denies. */
  readonly allow?: Domains
  /** More domains and addresses to deny. */
  readonly more?: Domains
  /** The denial's message. */
  readonly message?: string
}

interface BuiltInDomains {
  /** The rule's name in kebab-case. */
  readonly name: string
  /** The start of an error's message. */
  readonly owner: string
  /** The list, grouped by top-level domain, such as `;com a b ;net c ;`. */
  readonly text: string
  /** The reason of the denials. */
  readonly reasons: readonly [string]
  readonly options: BuiltInDomainsOptions
}

/** Makes a rule that denies the domains of a built-in list, and all domains below them. */
export function denyBuiltInDomains<T extends Refusing>({ name, owner, text, reasons, options }: BuiltInDomains): Rule<T> {
  assertOptions(owner, options, ['allow', 'more', 'message'])
  const { allow, more, message } = options
  const [reason] = reasons
  const allowed = allow && toDomainList(allow)
  const denied = more && toDomainList(more)
  // Makes the denials here, so that an empty message throws when the rule is made.
  const denials = (text: string): { readonly listed: Deny; readonly malformed: Deny } => ({
    listed: deny(reason, text, EMAIL_CODE),
    malformed: deny('email-malformed', text, EMAIL_CODE),
  })
  const atSignUp = denials(message ?? EMAIL_NOT_ALLOWED)
  const atSignIn = denials(message ?? EMAIL_NOT_ALLOWED_AT_SIGN_IN)
  const isDenied = (address: EmailAddress): boolean => {
    if (allowed !== undefined && matchesAddress(allowed, address)) return false
    return (denied !== undefined && matchesAddress(denied, address)) || isListed(text, address.domain)
  }
  return compose<T>({
    name,
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    judges: 'email-domain',
    reasons,
    evaluate({ trigger, user }) {
      if (user.email === undefined) return skip('no-email')
      const { listed, malformed } = trigger === 'PreSignUp' ? atSignUp : atSignIn
      const address = parseEmailAddress(user.email)
      // Deny a malformed address, because another program may parse a listed domain from it.
      if (address === undefined) return malformed
      return isDenied(address) ? { ...listed, explanation: `The domain ${address.domain} is in the list` } : skip()
    },
  })
}

/** The most labels of a listed domain, without its top-level domain. */
const MOST_LABELS = 5

/**
 * Returns true if a list has the domain, or a domain above it. Searches only the names of the top-level domain, as text: reading a list
 * into a set would take 1 ms of the cold start.
 */
function isListed(text: string, domain: string): boolean {
  const labels = domain.split('.')
  const start = text.indexOf(`;${labels.pop()} `)
  if (start === -1) return false
  const names = text.slice(start, text.indexOf(';', start + 1))
  const nearest = labels.slice(-MOST_LABELS)
  return nearest.some((_, index) => names.includes(` ${nearest.slice(index).join('.')} `))
}
