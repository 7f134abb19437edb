import { isDeepStrictEqual } from 'node:util'
import type { LambdaConfigType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { TriggerName } from '../../../../shared/cognito/triggers.ts'
import { type Attached, findAttached, isSender, type WantedFunction, withFunction } from './triggers.ts'

/** A change of one trigger, or of the KMS key of the custom senders. */
export interface Change {
  readonly name: TriggerName | 'KMSKeyID'
  readonly from: Attached | undefined
  readonly to: Attached
}

/** The functions and the key to attach. */
export interface Wish {
  readonly functions: readonly WantedFunction[]
  readonly kmsKey: string | undefined
}

/** The changes to the triggers of a pool that attach the requested functions and key. */
export interface AttachPlan {
  /** One change for each trigger or key that is added or replaced. */
  readonly changes: readonly Change[]
  /** The triggers of the pool after the changes. */
  readonly lambdaConfig: LambdaConfigType
}

/**
 * Computes the changes to a pool's triggers. Keeps all other triggers. A trigger without a requested version keeps its version.
 *
 * @param current The current triggers of the pool.
 * @example
 * createAttachPlan({ PreTokenGeneration: other }, { functions: [{ trigger: 'PreSignUp', arn }], kmsKey: undefined }).lambdaConfig
 * // { PreTokenGeneration: other, PreSignUp: arn }
 */
export function createAttachPlan(current: LambdaConfigType, { functions, kmsKey }: Wish): AttachPlan {
  const changes: Change[] = []
  let lambdaConfig: LambdaConfigType = { ...current }
  for (const wanted of functions) {
    const next = withFunction(lambdaConfig, wanted)
    const [from, to] = [findAttached(lambdaConfig, wanted.trigger), findAttached(next, wanted.trigger)]
    if (to === undefined || isDeepStrictEqual(from, to)) continue
    changes.push({ name: wanted.trigger, from, to })
    lambdaConfig = next
  }
  const key = current.KMSKeyID
  if (kmsKey === undefined || kmsKey === key) return { changes, lambdaConfig }
  changes.push({ name: 'KMSKeyID', from: key === undefined ? undefined : { arn: key }, to: { arn: kmsKey } })
  return { changes, lambdaConfig: { ...lambdaConfig, KMSKeyID: kmsKey } }
}

/**
 * Explains that a custom sender cannot be attached, because neither the pool nor the command line has a key. Otherwise returns undefined.
 * All senders of a pool share one key, so a pool that already has a sender needs no new key.
 */
export function explainMissingKey({ functions }: Wish, { lambdaConfig }: AttachPlan): string | undefined {
  const sender = functions.find(isSender)
  if (sender === undefined || lambdaConfig.KMSKeyID !== undefined) return undefined
  return `${sender.trigger} needs a key that encrypts its codes, and the pool has none. Pass --kms-key ARN`
}

/** Describes the current functions, versions and keys that the plan would replace. */
export function describeConflicts({ changes }: AttachPlan): readonly string[] {
  return changes.flatMap(({ name, from, to }) => {
    if (from === undefined) return []
    if (name === 'KMSKeyID') return ['the pool already has another KMSKeyID']
    return [from.arn === to.arn ? `${name} already has another version, ${from.version}` : `${name} already has another function`]
  })
}

/**
 * Explains that the pool's feature plan does not support the requested version of pre token generation. Otherwise returns undefined.
 * A Lite pool supports V1_0. It supports V2_0 only if it has advanced security, which AWS introduced before the plans.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export function explainTierLimit({ UserPoolTier, UserPoolAddOns }: UserPoolType, { changes }: AttachPlan): string | undefined {
  const change = changes.find(({ name }) => name === 'PreTokenGeneration')
  if (UserPoolTier !== 'LITE' || change === undefined || change.from?.version === change.to.version) return undefined
  const secured = (UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF') !== 'OFF'
  if (change.to.version === 'V3_0') return 'PreTokenGeneration@V3_0 needs the plan ESSENTIALS or PLUS, but the pool has LITE'
  if (change.to.version !== 'V2_0' || secured) return undefined
  return 'PreTokenGeneration@V2_0 needs the plan ESSENTIALS or PLUS, but the pool has LITE without advanced security'
}
