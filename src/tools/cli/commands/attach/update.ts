import { isDeepStrictEqual } from 'node:util'
import type { LambdaConfigType, UpdateUserPoolRequest, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { fillBothPlaces } from './triggers.ts'

/**
 * Makes the update that changes the triggers of a pool and nothing else. UpdateUserPool sets back to its default what an update
 * leaves out, so every setting that the pool has is said again. A setting that a later version of the client adds does not
 * compile until somebody has decided here what becomes of it.
 *
 * @param pool As DescribeUserPool says it.
 * @param lambdaConfig Its triggers from now on.
 * @example
 * await client.send(new UpdateUserPoolCommand(createUpdate(pool, { ...pool.LambdaConfig, PreSignUp: arn })))
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
 */
export function createUpdate(pool: UserPoolType, lambdaConfig: LambdaConfigType): UpdateUserPoolRequest {
  return {
    UserPoolId: pool.Id,
    PoolName: pool.Name,
    LambdaConfig: lambdaConfig,
    ...normaliseValidity(pool),
    DeletionProtection: pool.DeletionProtection,
    AutoVerifiedAttributes: pool.AutoVerifiedAttributes,
    // No longer used, but described where they are set, and then the same as in the template below.
    SmsVerificationMessage: pool.SmsVerificationMessage,
    EmailVerificationMessage: pool.EmailVerificationMessage,
    EmailVerificationSubject: pool.EmailVerificationSubject,
    VerificationMessageTemplate: pool.VerificationMessageTemplate,
    SmsAuthenticationMessage: pool.SmsAuthenticationMessage,
    UserAttributeUpdateSettings: pool.UserAttributeUpdateSettings,
    MfaConfiguration: pool.MfaConfiguration,
    DeviceConfiguration: pool.DeviceConfiguration,
    EmailConfiguration: pool.EmailConfiguration,
    SmsConfiguration: pool.SmsConfiguration,
    UserPoolTags: selectWritableTags(pool),
    UserPoolAddOns: pool.UserPoolAddOns,
    // The one setting that is kept when it is left out.
    DcrConfiguration: undefined,
    AccountRecoverySetting: pool.AccountRecoverySetting,
    // Left out it would become ESSENTIALS, which has another price.
    UserPoolTier: pool.UserPoolTier,
    KeyConfiguration: pool.KeyConfiguration,
    IssuerConfiguration: pool.IssuerConfiguration,
    // Described with its defaults whether it is set or not; a Lite pool cannot have set it and may not set it.
    AcrConfiguration: pool.UserPoolTier === 'LITE' ? undefined : pool.AcrConfiguration,
  } satisfies Record<keyof UpdateUserPoolRequest, unknown>
}

/**
 * The settings that an update changed although it said them again, by name.
 *
 * @param before The pool that was read before it.
 * @param after The pool as it is now.
 * @param lambdaConfig The triggers that it was to have.
 */
export function findChangedSettings(before: UserPoolType, after: UserPoolType, lambdaConfig: LambdaConfigType): readonly string[] {
  const expected = new Map(Object.entries({ ...before, ...normaliseValidity(before), LambdaConfig: fillBothPlaces(lambdaConfig) }))
  const found = new Map(Object.entries({ ...after, ...normaliseValidity(after), LambdaConfig: fillBothPlaces(after.LambdaConfig ?? {}) }))
  const names = new Set([...expected.keys(), ...found.keys()])
  return [...names].filter((name) => !OF_ITSELF.has(name) && !isDeepStrictEqual(expected.get(name), found.get(name)))
}

// These change whether somebody updates the pool or not.
const OF_ITSELF: ReadonlySet<string> = new Set(['LastModifiedDate', 'EstimatedNumberOfUsers'] satisfies (keyof UserPoolType)[])

/**
 * How long a temporary password is valid is described twice, and an update that says both is refused: "Please use
 * TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays". A pool that is old enough says only the
 * latter.
 */
function normaliseValidity({
  Policies,
  AdminCreateUserConfig,
}: UserPoolType): Required<Pick<UserPoolType, 'Policies' | 'AdminCreateUserConfig'>> {
  const { UnusedAccountValidityDays, ...administrators } = AdminCreateUserConfig ?? {}
  const days = Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ?? UnusedAccountValidityDays
  return {
    Policies:
      days === undefined ? Policies : { ...Policies, PasswordPolicy: { ...Policies?.PasswordPolicy, TemporaryPasswordValidityDays: days } },
    AdminCreateUserConfig: AdminCreateUserConfig && administrators,
  }
}

/** AWS's own tags, such as those that CloudFormation sets, can be read and neither written nor removed. */
function selectWritableTags({ UserPoolTags }: UserPoolType): Record<string, string> | undefined {
  return UserPoolTags && Object.fromEntries(Object.entries(UserPoolTags).filter(([name]) => !name.startsWith('aws:')))
}
