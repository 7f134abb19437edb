import { chain, defineRule, deny, denyIf, not, or, skip, when } from 'cognito-lifeguard'
import { byAdministrator, byIdentityProvider, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'

/**
 * The user name of a federated user is `Provider_identifier`; in pools that ignore case it is in lower case. Another
 * provider of the pool must not have a name that begins with this one and an underscore.
 */
const requireProvider = (provider: string) =>
  defineRule<PreSignUp>(
    'require-provider',
    ({ user }) =>
      user.userName.toLowerCase().startsWith(`${provider.toLowerCase()}_`)
        ? skip()
        : deny('other-provider', 'Sign in with your company account'),
    { can: ['deny'] },
  )

export const handler = preSignUp(
  // Not "deny a self-service sign-up": what Cognito may call from one day is refused as well.
  denyIf(not(or(byIdentityProvider, byAdministrator)), 'not-federated', 'Sign in with your company account'),
  when(
    byIdentityProvider,
    chain(
      requireProvider('Company'),
      allowEmailDomains({ domains: ['example.com'], federated: { unverifiedEmail: 'trust-identity-provider' } }),
    ),
  ),
)
