import { chain, defineRule, deny, denyIf, not, or, skip, when } from 'cognito-lifeguard'
import { byAdministrator, byIdentityProvider, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'

/**
 * Denies federated users of other identity providers. Their user name is `Provider_identifier`, in lower case if the pool ignores case.
 * Give no other provider of the pool a name that starts with this name and an underscore, because its users would pass.
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
  // Denies every other trigger source, and not only self-service sign-ups, so that an unknown source is denied too.
  denyIf(not(or(byIdentityProvider, byAdministrator)), 'not-federated', 'Sign in with your company account'),
  when(
    byIdentityProvider,
    chain(
      requireProvider('Company'),
      allowEmailDomains({ domains: ['example.com'], federated: { unverifiedEmail: 'trust-identity-provider' } }),
    ),
  ),
)
