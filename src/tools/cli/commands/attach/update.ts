import { isDeepStrictEqual } from 'node:util'
import type { LambdaConfigType, UpdateUserPoolRequest, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { fillBothPlaces } from './triggers.ts'

/**
 * Creates the update that changes the triggers of a pool and nothing else. UpdateUserPool resets omitted settings to their
 * defaults, so the update repeats every setting of the pool. If a later version of the SDK adds a setting, this function does not
 * compile until it handles that setting.
 *
 * @param pool The response of DescribeUserPool.
 * @param lambdaConfig The new triggers.
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
    // AWS replaced the next three settings by VerificationMessageTemplate, but DescribeUserPool still returns them with the same texts.
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
    // Omitted, because Cognito keeps the value of this setting. It resets every other setting that an update omits.
    DcrConfiguration: undefined,
    AccountRecoverySetting: pool.AccountRecoverySetting,
    // Never omitted, because Cognito would then change the plan to ESSENTIALS, which has a different price.
    UserPoolTier: pool.UserPoolTier,
    KeyConfiguration: pool.KeyConfiguration,
    IssuerConfiguration: pool.IssuerConfiguration,
    // Omitted for a Lite pool, because Cognito rejects an update with it. DescribeUserPool returns default values even for a Lite pool.
    AcrConfiguration: pool.UserPoolTier === 'LITE' ? undefined : pool.AcrConfiguration,
  } satisfies Record<keyof UpdateUserPoolRequest, unknown>
}

/**
 * Returns the names of the settings that are not as expected after an update.
 *
 * @param before The pool before the update.
 * @param after The pool after the update.
 * @param lambdaConfig The expected triggers.
 */
export function findChangedSettings(before: UserPoolType, after: UserPoolType, lambdaConfig: LambdaConfigType): readonly string[] {
  const expected = new Map(Object.entries({ ...before, ...normaliseValidity(before), LambdaConfig: fillBothPlaces(lambdaConfig) }))
  const found = new Map(Object.entries({ ...after, ...normaliseValidity(after), LambdaConfig: fillBothPlaces(after.LambdaConfig ?? {}) }))
  const names = new Set([...expected.keys(), ...found.keys()])
  return [...names].filter((name) => !VOLATILE.has(name) && !isDeepStrictEqual(expected.get(name), found.get(name)))
}

// Fields that findChangedSettings does not compare, because Cognito changes them even without an update.
const VOLATILE: ReadonlySet<string> = new Set(['LastModifiedDate', 'EstimatedNumberOfUsers'] satisfies (keyof UserPoolType)[])

/**
 * Keeps only one of the two settings for the validity of a temporary password, because Cognito rejects an update with both: "Please
 * use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays". An old pool may have only
 * UnusedAccountValidityDays.
 */
function normaliseValidity({
  Policies,
  AdminCreateUserConfig,
}: UserPoolType): Required<Pick<UserPoolType, 'Policies' | 'AdminCreateUserConfig'>> {
  const { UnusedAccountValidityDays, ...rest } = AdminCreateUserConfig ?? {}
  const days = Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ?? UnusedAccountValidityDays
  return {
    Policies:
      days === undefined ? Policies : { ...Policies, PasswordPolicy: { ...Policies?.PasswordPolicy, TemporaryPasswordValidityDays: days } },
    AdminCreateUserConfig: AdminCreateUserConfig && rest,
  }
}

/** Returns the tags without those of AWS, such as those of CloudFormation, which an update cannot set. */
function selectWritableTags({ UserPoolTags }: UserPoolType): Record<string, string> | undefined {
  return UserPoolTags && Object.fromEntries(Object.entries(UserPoolTags).filter(([name]) => !name.startsWith('aws:')))
}
