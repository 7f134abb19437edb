export { type AutoConfirmOptions, autoConfirm } from './auto-confirm.ts'
export { type CognitoAccountsOptions, cognitoAccounts } from './cognito-accounts.ts'
export { type CognitoAliasesOptions, cognitoAliases } from './cognito-aliases.ts'
export { type CognitoEmailDirectoryOptions, cognitoEmailDirectory } from './cognito-email-directory.ts'
export { type DenyDuplicateEmailOptions, denyDuplicateEmail, type EmailDirectory, type EmailQuery } from './deny-duplicate-email.ts'
export { type DynamoEmailDirectoryOptions, dynamoEmailDirectory } from './dynamo-email-directory.ts'
export { type Aliases, type AliasQuery, type GuardAliasOptions, guardAlias } from './guard-alias.ts'
export { type LimitSignUpsOptions, limitSignUps } from './limit-sign-ups.ts'
export type { Account, Identity, LinkReason } from './link-plan.ts'
export { type AccountKey, type LinkableAccounts, type LinkProvidersOptions, linkProviders } from './link-providers.ts'
export { type RequireInviteOptions, requireInvite } from './require-invite.ts'
export { type ReserveLegacyUsersOptions, reserveLegacyUsers } from './reserve-legacy-users.ts'
export {
  byAdministrator,
  byIdentityProvider,
  type PreSignUp,
  type PreSignUpAnswer,
  type PreSignUpEvent,
  preSignUp,
} from './trigger.ts'
export { type UniqueCanonicalEmailOptions, uniqueCanonicalEmail } from './unique-canonical-email.ts'
export { type VerifyCaptchaOptions, verifyCaptcha } from './verify-captcha.ts'
export { type WaitlistOptions, waitlist } from './waitlist.ts'
