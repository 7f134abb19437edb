import type { LambdaConfigType, PreTokenGenerationLambdaVersionType } from '@aws-sdk/client-cognito-identity-provider'

/** Triggers that are a function and nothing else. */
export type PlainTrigger =
  | 'PreSignUp'
  | 'PostConfirmation'
  | 'PreAuthentication'
  | 'PostAuthentication'
  | 'CustomMessage'
  | 'DefineAuthChallenge'
  | 'CreateAuthChallenge'
  | 'VerifyAuthChallengeResponse'
  | 'UserMigration'

/** Triggers that have a function and a version of their event, of which Cognito knows one. */
export type OneVersionTrigger = 'CustomSMSSender' | 'CustomEmailSender' | 'InboundFederation'

/** Every trigger that a function can be attached to. */
export type Attachable = PlainTrigger | 'PreTokenGeneration' | OneVersionTrigger

/** A function that a trigger is to have. Without a version it gets the one that the trigger has, or else the lowest. */
export type WantedFunction =
  | { readonly trigger: PlainTrigger; readonly arn: string }
  | { readonly trigger: OneVersionTrigger; readonly arn: string; readonly version: 'V1_0' | undefined }
  | { readonly trigger: 'PreTokenGeneration'; readonly arn: string; readonly version: PreTokenGenerationLambdaVersionType | undefined }

export const PLAIN: readonly PlainTrigger[] = [
  'PreSignUp',
  'PostConfirmation',
  'PreAuthentication',
  'PostAuthentication',
  'CustomMessage',
  'DefineAuthChallenge',
  'CreateAuthChallenge',
  'VerifyAuthChallengeResponse',
  'UserMigration',
]

export const ONE_VERSION: readonly OneVersionTrigger[] = ['CustomSMSSender', 'CustomEmailSender', 'InboundFederation']

export const PRE_TOKEN_VERSIONS: readonly PreTokenGenerationLambdaVersionType[] = ['V1_0', 'V2_0', 'V3_0']

export const ATTACHABLE: readonly Attachable[] = [...PLAIN, 'PreTokenGeneration', ...ONE_VERSION]

/** The triggers whose codes are encrypted with the pool's KMSKeyID, and which no pool has without one. */
export const SENDERS = ['CustomSMSSender', 'CustomEmailSender'] as const

/** Whether codes are encrypted for a function. */
export function isSender({ trigger }: Pick<WantedFunction, 'trigger'>): boolean {
  return SENDERS.some((each) => each === trigger)
}

/** What a trigger has. */
export interface Attached {
  readonly arn: string
  /** The version of its event, of a trigger that has versions. */
  readonly version?: string
}

/**
 * What a pool has on a trigger.
 *
 * Pre token generation stands in two places, `PreTokenGeneration` without and `PreTokenGenerationConfig` with a version. Cognito
 * wants the same function in both, and alone the former means V1_0.
 */
export function attachedTo(config: LambdaConfigType, trigger: Attachable): Attached | undefined {
  if (trigger === 'PreTokenGeneration') {
    const { PreTokenGeneration: arn, PreTokenGenerationConfig: versioned } = config
    return withVersion(versioned) ?? (arn === undefined ? undefined : { arn, version: 'V1_0' })
  }
  const value = config[trigger]
  if (typeof value !== 'string') return withVersion(value)
  return { arn: value }
}

/**
 * Gives a trigger its function.
 *
 * @example
 * withFunction({}, { trigger: 'PreTokenGeneration', arn, version: 'V2_0' })
 * // { PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' } }
 */
export function withFunction(config: LambdaConfigType, wanted: WantedFunction): LambdaConfigType {
  const { trigger, arn } = wanted
  if (trigger === 'PreTokenGeneration') {
    const versioned = config.PreTokenGenerationConfig
    const version = wanted.version ?? versioned?.LambdaVersion
    return {
      ...config,
      // Two functions that differ Cognito refuses, so where the older place is taken it changes too.
      ...((version === undefined || config.PreTokenGeneration !== undefined) && { PreTokenGeneration: arn }),
      ...(version !== undefined && { PreTokenGenerationConfig: { ...versioned, LambdaArn: arn, LambdaVersion: version } }),
    }
  }
  if (!('version' in wanted)) return { ...config, [trigger]: arn }
  const versioned = config[wanted.trigger]
  const LambdaVersion = wanted.version ?? versioned?.LambdaVersion ?? 'V1_0'
  return { ...config, [trigger]: { ...versioned, LambdaArn: arn, LambdaVersion } }
}

/** Both places of pre token generation, whichever a pool has: Cognito may describe the one that an update left out. */
export function bothPlaces(config: LambdaConfigType): LambdaConfigType {
  const { PreTokenGeneration: plain, PreTokenGenerationConfig: versioned } = config
  const arn = versioned?.LambdaArn ?? plain
  if (arn === undefined) return config
  return {
    ...config,
    PreTokenGeneration: plain ?? arn,
    PreTokenGenerationConfig: versioned ?? { LambdaArn: arn, LambdaVersion: 'V1_0' },
  }
}

function withVersion(value: { LambdaArn: string | undefined; LambdaVersion: string | undefined } | undefined): Attached | undefined {
  if (value?.LambdaArn === undefined) return undefined
  return { arn: value.LambdaArn, ...(value.LambdaVersion !== undefined && { version: value.LambdaVersion }) }
}
