import * as z from 'zod'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../../shared/cognito/triggers.ts'
import { parseInput } from '../input.ts'

const arn = z.string().regex(/^arn:[\w-]+:lambda:[\w-]*:\d*:function:.+$/, 'expected the ARN of a Lambda function')
const versioned = z.object({ LambdaArn: arn, LambdaVersion: z.enum(['V1_0', 'V2_0', 'V3_0']).default('V1_0') })

/** The form of LambdaConfig: an ARN for each trigger, or an ARN and a version. */
const lambdaConfig = z
  .looseObject(
    Object.fromEntries(
      TRIGGER_NAMES.flatMap((name) => {
        const { lambdaVersions, versionKey } = triggerFacts(name)
        const plain = lambdaVersions === undefined || versionKey !== undefined ? [[name, arn.optional()] as const] : []
        return lambdaVersions === undefined ? plain : [...plain, [versionKey ?? name, versioned.optional()] as const]
      }),
    ),
  )
  .prefault({})

const CUSTOM_DEFAULTS = { RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true }

const passwordPolicy = z.looseObject({
  MinimumLength: z.number().int().min(6).max(99).default(8),
  RequireUppercase: z.boolean().default(false),
  RequireLowercase: z.boolean().default(false),
  RequireNumbers: z.boolean().default(false),
  RequireSymbols: z.boolean().default(false),
  TemporaryPasswordValidityDays: z.number().int().min(0).max(365).default(7),
})

const schemaAttribute = z.looseObject({
  Name: z.string().min(1).max(20),
  AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']).default('String'),
  Mutable: z.boolean().default(true),
  Required: z.boolean().default(false),
})

const updatableSettings = z.looseObject({
  PoolName: z.string().min(1).max(128).optional(),
  UserPoolTier: z.enum(['LITE', 'ESSENTIALS', 'PLUS']).optional(),
  Policies: z
    .looseObject({
      PasswordPolicy: passwordPolicy.prefault(CUSTOM_DEFAULTS),
      SignInPolicy: z
        .looseObject({ AllowedFirstAuthFactors: z.array(z.enum(['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'])).default(['PASSWORD']) })
        .prefault({}),
    })
    .prefault({}),
  LambdaConfig: lambdaConfig,
  AutoVerifiedAttributes: z.array(z.enum(['email', 'phone_number'])).default([]),
  MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']).default('OFF'),
  UserAttributeUpdateSettings: z
    .looseObject({ AttributesRequireVerificationBeforeUpdate: z.array(z.enum(['email', 'phone_number'])).default([]) })
    .prefault({}),
  AdminCreateUserConfig: z
    .looseObject({
      AllowAdminCreateUserOnly: z.boolean().default(false),
      InviteMessageTemplate: z
        .looseObject({ EmailMessage: z.string(), EmailSubject: z.string(), SMSMessage: z.string() })
        .partial()
        .prefault({}),
    })
    .prefault({}),
  AccountRecoverySetting: z
    .looseObject({ RecoveryMechanisms: z.array(z.looseObject({ Name: z.string(), Priority: z.number() })).default([]) })
    .prefault({}),
  EmailConfiguration: z
    .looseObject({ EmailSendingAccount: z.enum(['COGNITO_DEFAULT', 'DEVELOPER']).default('COGNITO_DEFAULT') })
    .prefault({}),
  VerificationMessageTemplate: z
    .looseObject({ EmailMessage: z.string(), EmailSubject: z.string(), SmsMessage: z.string() })
    .partial()
    .prefault({}),
  EmailVerificationMessage: z.string().optional(),
  EmailVerificationSubject: z.string().optional(),
  SmsVerificationMessage: z.string().optional(),
  SmsAuthenticationMessage: z.string().optional(),
})

const poolSettings = updatableSettings.extend({
  PoolName: z.string().min(1).max(128),
  UsernameAttributes: z.array(z.enum(['email', 'phone_number'])).default([]),
  AliasAttributes: z.array(z.enum(['email', 'phone_number', 'preferred_username'])).default([]),
  UsernameConfiguration: z.looseObject({ CaseSensitive: z.boolean() }).default({ CaseSensitive: true }),
  Schema: z.array(schemaAttribute).default([]),
  EnabledMfas: z.array(z.enum(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'])).optional(),
})

type Contact = 'email' | 'phone_number'

/** An attribute in the schema of a pool. */
export interface SchemaAttribute {
  readonly Name: string
  readonly AttributeDataType: 'String' | 'Number' | 'DateTime' | 'Boolean'
  readonly Mutable: boolean
  readonly Required: boolean
}

/** The settings of a pool, with all defaults. */
export interface PoolSettings {
  readonly PoolName: string
  /** The feature plan. A pool without one has ESSENTIALS. */
  readonly UserPoolTier?: 'LITE' | 'ESSENTIALS' | 'PLUS' | undefined
  readonly Policies: {
    readonly PasswordPolicy: {
      readonly MinimumLength: number
      readonly RequireUppercase: boolean
      readonly RequireLowercase: boolean
      readonly RequireNumbers: boolean
      readonly RequireSymbols: boolean
      readonly TemporaryPasswordValidityDays: number
    }
    readonly SignInPolicy: { readonly AllowedFirstAuthFactors: readonly string[] }
  }
  readonly LambdaConfig: Readonly<Record<string, unknown>>
  readonly AutoVerifiedAttributes: readonly Contact[]
  readonly MfaConfiguration: 'OFF' | 'ON' | 'OPTIONAL'
  readonly EnabledMfas?: readonly string[] | undefined
  readonly UserAttributeUpdateSettings: { readonly AttributesRequireVerificationBeforeUpdate: readonly Contact[] }
  readonly AdminCreateUserConfig: {
    readonly AllowAdminCreateUserOnly: boolean
    readonly InviteMessageTemplate: MessageTemplate & { readonly SMSMessage?: string | undefined }
  }
  readonly AccountRecoverySetting: { readonly RecoveryMechanisms: readonly { readonly Name: string; readonly Priority: number }[] }
  readonly EmailConfiguration: { readonly EmailSendingAccount: 'COGNITO_DEFAULT' | 'DEVELOPER' }
  readonly VerificationMessageTemplate: MessageTemplate & { readonly SmsMessage?: string | undefined }
  readonly EmailVerificationMessage?: string | undefined
  readonly EmailVerificationSubject?: string | undefined
  readonly SmsVerificationMessage?: string | undefined
  readonly SmsAuthenticationMessage?: string | undefined
  readonly UsernameAttributes: readonly Contact[]
  readonly AliasAttributes: readonly (Contact | 'preferred_username')[]
  readonly UsernameConfiguration: { readonly CaseSensitive: boolean }
  readonly Schema: readonly SchemaAttribute[]
}

interface MessageTemplate {
  readonly EmailMessage?: string | undefined
  readonly EmailSubject?: string | undefined
}

/**
 * Reads the settings of CreateUserPool. Keeps settings that the local pool does not know.
 *
 * @throws CognitoError if a setting is invalid.
 */
export function parsePoolSettings(input: unknown): PoolSettings {
  return parseInput(poolSettings, input)
}

/**
 * Reads the settings of UpdateUserPool. Each setting that the input lacks gets its default, as on AWS. The settings that only
 * CreateUserPool can set stay.
 *
 * @throws CognitoError if a setting is invalid.
 */
export function parseUpdatedSettings(before: PoolSettings, input: unknown): PoolSettings {
  const { UsernameAttributes, AliasAttributes, UsernameConfiguration, Schema, EnabledMfas } = before
  const { PoolName = before.PoolName, ...updated } = parseInput(updatableSettings, input)
  return { ...updated, PoolName, UsernameAttributes, AliasAttributes, UsernameConfiguration, Schema, EnabledMfas }
}

/** Returns the function of a trigger and the version of its events. Returns undefined if the pool does not call a function for it. */
export function findLambda(settings: PoolSettings, trigger: TriggerName): { readonly arn: string; readonly version: string } | undefined {
  const { versionKey = trigger } = triggerFacts(trigger)
  const set = versioned.safeParse(settings.LambdaConfig[versionKey])
  if (set.success) return { arn: set.data.LambdaArn, version: set.data.LambdaVersion.slice(1, 2) }
  const plain = settings.LambdaConfig[trigger]
  return typeof plain === 'string' ? { arn: plain, version: '1' } : undefined
}

/** The attributes that every user pool has. */
export const STANDARD_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['address', 'birthdate', 'email', 'email_verified', 'family_name', 'gender', 'given_name', 'locale', 'middle_name', 'name'],
  ...['nickname', 'phone_number', 'phone_number_verified', 'picture', 'preferred_username', 'profile', 'sub', 'updated_at'],
  ...['website', 'zoneinfo', 'identities'],
])
