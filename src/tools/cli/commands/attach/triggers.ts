import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import { type LambdaVersion, TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../../../shared/cognito/triggers.ts'

/** A function that a trigger is to have. */
export interface WantedFunction {
  readonly trigger: TriggerName
  readonly arn: string
  /** Of a trigger that has versions. Without one, it keeps the version that it has, or gets the lowest. */
  readonly version?: LambdaVersion | undefined
}

/** The triggers whose codes are encrypted with the pool's KMSKeyID. No pool has them without one. */
export const SENDERS: readonly TriggerName[] = TRIGGER_NAMES.filter((trigger) => isSender({ trigger }))

/** Returns whether codes are encrypted for a function. */
export function isSender({ trigger }: Pick<WantedFunction, 'trigger'>): boolean {
  return triggerFacts(trigger).needsKmsKey === true
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
  const [lowest] = triggerFacts(trigger).lambdaVersions ?? []
  if (lowest === undefined) return { ...config, [trigger]: arn }
  const versioned = config[trigger]
  return {
    ...config,
    [trigger]: { LambdaVersion: lowest, ...Object(versioned), LambdaArn: arn, ...(wanted.version && { LambdaVersion: wanted.version }) },
  }
}

/** Both places of pre token generation, whichever a pool has: Cognito may describe the one that an update left out. */
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
