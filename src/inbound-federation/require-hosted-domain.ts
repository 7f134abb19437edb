import { normaliseDomain } from '../shared/email/address.ts'
import { assertTexts } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { readPart } from './profile.ts'
import type { Claims, InboundFederation } from './trigger.ts'

/** The denial's message. It does not reveal which organisations may sign in. */
export const ACCOUNT_NOT_ALLOWED = 'This account cannot be used to sign in'

const TENANT = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
// The issuers of Entra ID begin with the host of a cloud and the tenant. Another provider could send any `tid`.
const ENTRA_ISSUER =
  /^https:\/\/(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net)\/([\da-f-]{36})(?:\/|$)/

/**
 * Makes a rule that denies accounts outside of an organisation. It reads the claims of the ID token with which the provider states the
 * organisation: `hd` of Google and `tid` of Microsoft Entra ID. The text of an email address proves nothing: anyone can own a Google
 * account for an address of another provider.
 *
 * It denies users of all other providers. Exempt them with `when(fromProvider(...), ...)`.
 *
 * @param organisations Domains of Google Workspace, and ids of Entra tenants. Each is compared as a whole.
 * @throws TypeError without an organisation, or if one is neither a domain nor a tenant's id.
 * @see https://developers.google.com/identity/openid-connect/openid-connect#hd-param
 * @example
 * inboundFederation(requireHostedDomain('example.com'))
 */
export function requireHostedDomain(...organisations: readonly string[]): Rule<InboundFederation> {
  assertTexts('requireHostedDomain()', organisations)
  const known = new Set(organisations.map(parseOrganisation))
  const code = { code: 'account-not-allowed', quiet: true }
  const missing = deny('hosted-domain-missing', ACCOUNT_NOT_ALLOWED, code)
  const wrong = deny('hosted-domain-not-allowed', ACCOUNT_NOT_ALLOWED, code)
  return defineRule<InboundFederation>(
    'require-hosted-domain',
    ({ event }) => {
      const found = readOrganisation(event.request.providerType, readPart(event, 'idToken'))
      if (found === undefined) return missing
      return known.has(found) ? skip('hosted-domain-allowed') : wrong
    },
    { can: ['deny'], permissions: [], reasons: ['hosted-domain-allowed', 'hosted-domain-missing', 'hosted-domain-not-allowed'] },
  )
}

function parseOrganisation(text: string): string {
  const lower = text.trim().toLowerCase()
  const organisation = TENANT.test(lower) ? lower : normaliseDomain(lower)
  if (organisation === undefined)
    throw new TypeError(`requireHostedDomain(): '${text}' is not an organisation; expected a domain or the id of an Entra tenant`)
  return organisation
}

/** Returns the organisation of an account in the ID token of Google or Entra ID. Ignores the claims of any other provider. */
function readOrganisation(providerType: unknown, { hd, tid, iss }: Claims): string | undefined {
  const isGoogle = providerType === 'Google' || (providerType === 'OIDC' && iss === 'https://accounts.google.com')
  if (isGoogle) return typeof hd === 'string' ? normaliseDomain(hd) : undefined
  const tenant = typeof tid === 'string' ? tid.toLowerCase() : undefined
  const [, issued] = (providerType === 'OIDC' && typeof iss === 'string' && ENTRA_ISSUER.exec(iss.toLowerCase())) || []
  return tenant !== undefined && tenant === issued ? tenant : undefined
}
