import { and, atInit, chain, emailDomainIn, not, type Rule, triggeredBy, when } from 'cognito-lifeguard'
import { blockUsers, documentClient, dynamoBlockList } from 'cognito-lifeguard/pre-auth'
import { allowEmailDomains, autoConfirm, byAdministrator, denyEmailDomains, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { domains, logging, missing, oneOf, optional } from './settings.ts'

/** Who may sign up. A rule that breaks refuses. */
export const handler = atInit(() => {
  const denied = domains('DENIED_EMAIL_DOMAINS')
  const allowed = domains('ALLOWED_EMAIL_DOMAINS') ?? missing('ALLOWED_EMAIL_DOMAINS')
  const confirmed = domains('AUTO_CONFIRM_DOMAINS')
  const federated = oneOf('FEDERATED_EMAIL', ['require-verified', 'trust-identity-provider'], 'require-verified')
  const administrators = oneOf('ADMIN_CREATED_USERS', ['exempt', 'judge'], 'exempt')
  const blockTable = optional('BLOCK_TABLE')

  const rules: readonly Rule<PreSignUp>[] = [
    ...(denied ? [denyEmailDomains(denied)] : []),
    allowEmailDomains({
      domains: allowed,
      federated: { unverifiedEmail: federated === 'trust-identity-provider' ? federated : 'deny' },
    }),
    ...(confirmed
      ? [
          autoConfirm({
            when: and(triggeredBy('PreSignUp_SignUp'), emailDomainIn(confirmed)),
            // A domain proves nothing about who typed the address, so this has to be owned up to.
            trust: oneOf('AUTO_CONFIRM_TRUST', ['unproven-address']),
          }),
        ]
      : []),
    // The last: the others cost nothing, and whom they deny need not be looked up.
    ...(blockTable ? [blockUsers<PreSignUp>(dynamoBlockList({ documents: documentClient(), table: blockTable }))] : []),
  ]

  // Administrators hold rights in AWS, so they may create whom they want, unless they are to be judged as well.
  return preSignUp.with(logging())(administrators === 'judge' ? chain(...rules) : when(not(byAdministrator), ...rules))
})
