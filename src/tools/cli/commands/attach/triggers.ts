import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import { type LambdaVersion, TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../../../shared/cognito/triggers.ts'

/** A function to attach to a trigger. */
export interface WantedFunction {
  readonly trigger: TriggerName
  readonly arn: string
  /** The requested event version, if the trigger has versions. Default: the current version of the trigger, or else the lowest version. */
  readonly version?: LambdaVersion | undefined
}

/** The triggers that need the pool's KMSKeyID, because Cognito encrypts their codes with it. */
export const SENDERS: readonly TriggerName[] = TRIGGER_NAMES.filter((trigger) => isSender({ trigger }))

/** Returns true if a function is for a custom sender, which gets encrypted codes. */
export function isSender({ trigger }: Pick<WantedFunction, 'trigger'>): boolean {
  return triggerFacts(trigger).needsKmsKey === true
}

/** The function that is attached to a trigger. */
export interface Attached {
  readonly arn: string
  /** The event version. Absent if the trigger has no versions. */
  readonly version?: string
}

/**
 * Returns the function that is attached to a trigger.
 *
 * Pre token generation has two settings, `PreTokenGeneration` without a version and `PreTokenGenerationConfig` with one. Cognito
 * requires the same function in both. Without `PreTokenGenerationConfig`, the version is V1_0.
 */
export function findAttached(config: LambdaConfigType, trigger: TriggerName): Attached | undefined {
  if (trigger === 'PreTokenGeneration') {
    const { PreTokenGeneration: arn, PreTokenGenerationConfig: versioned } = config
    return toAttached(versioned) ?? (arn === undefined ? undefined : { arn, version: 'V1_0' })
  }
  const value = config[trigger]
  if (typeof value !== 'string') return toAttached(value)
  return { arn: value }
}

/**
 * Returns the triggers of a pool with a function attached to one of them.
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
      // Also updates `PreTokenGeneration` if the pool has it, because Cognito rejects different functions in the two settings.
      ...((version === undefined || config.PreTokenGeneration !== undefined) && { PreTokenGeneration: arn }),
      ...(version !== undefined && { PreTokenGenerationConfig: { ...versioned, LambdaArn: arn, LambdaVersion: version } }),
    }
  }
  const [lowest] = triggerFacts(trigger).lambdaVersions ?? []
  if (lowest === undefined) return { ...config, [trigger]: arn }
  const versioned = config[trigger]
  return {
    ...config,
    [trigger]: { LambdaVersion: lowest, ...Object(versioned), LambdaArn: arn, ...(wanted.version && { LambdaVersion: wanted.version }) },
  }
}

/** Sets both settings of pre token generation to one function, because Cognito may return both after an update that sets only one. */
export function fillBothPlaces(config: LambdaConfigType): LambdaConfigType {
  const { PreTokenGeneration: plain, PreTokenGenerationConfig: versioned } = config
  const arn = versioned?.LambdaArn ?? plain
  if (arn === undefined) return config
  return {
    ...config,
    PreTokenGeneration: plain ?? arn,
    PreTokenGenerationConfig: versioned ?? { LambdaArn: arn, LambdaVersion: 'V1_0' },
  }
}

function toAttached(value: { LambdaArn: string | undefined; LambdaVersion: string | undefined } | undefined): Attached | undefined {
  if (value?.LambdaArn === undefined) return undefined
  return { arn: value.LambdaArn, ...(value.LambdaVersion !== undefined && { version: value.LambdaVersion }) }
}
