import { isDeepStrictEqual } from 'node:util'
import type { LambdaConfigType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { TriggerName } from '../../../../shared/cognito/triggers.ts'
import { type Attached, findAttached, isSender, type WantedFunction, withFunction } from './triggers.ts'

/** One trigger of a pool, or the key of its senders: what is attached, and what is to be. */
export interface Change {
  readonly name: TriggerName | 'KMSKeyID'
  readonly from: Attached | undefined
  readonly to: Attached
}

/** What is to be attached. */
export interface Wish {
  readonly functions: readonly WantedFunction[]
  readonly kmsKey: string | undefined
}

/** What attaching comes to. */
export interface AttachPlan {
  /** What is new, or another than before. */
  readonly changes: readonly Change[]
  /** What the pool is to have. */
  readonly lambdaConfig: LambdaConfigType
}

/**
 * Works out what a pool's triggers become. What is not wanted otherwise stays as it is, and a trigger for which no version is
 * wanted keeps the version that it has.
 *
 * @param current What the pool has.
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
 * Why a custom sender cannot be attached, in words, or undefined. A pool has one key for all its senders, so that one which has
 * senders already need not be told its key again.
 */
export function explainMissingKey({ functions }: Wish, { lambdaConfig }: AttachPlan): string | undefined {
  const sender = functions.find(isSender)
  if (sender === undefined || lambdaConfig.KMSKeyID !== undefined) return undefined
  return `${sender.trigger} needs --kms-key ARN, the key with which Cognito encrypts what it is to send: the pool has none`
}

/** What of the pool would have to give way, in words. */
export function describeConflicts({ changes }: AttachPlan): readonly string[] {
  return changes.flatMap(({ name, from, to }) => {
    if (from === undefined) return []
    if (name === 'KMSKeyID') return [`${name} of the pool is another key`]
    return [from.arn === to.arn ? `${name} of the pool has another version, ${from.version}` : `${name} of the pool has another function`]
  })
}

/**
 * Why the pool's feature plan has no such version, in words, or undefined. A Lite pool has the first version of pre token
 * generation, and the second only if advanced security was on before there were plans; nothing else depends on the plan.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export function explainTierLimit({ UserPoolTier, UserPoolAddOns }: UserPoolType, { changes }: AttachPlan): string | undefined {
  const change = changes.find(({ name }) => name === 'PreTokenGeneration')
  if (UserPoolTier !== 'LITE' || change === undefined || change.from?.version === change.to.version) return undefined
  const secured = (UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF') !== 'OFF'
  if (change.to.version === 'V3_0') return 'PreTokenGeneration@V3_0 needs the plan ESSENTIALS or PLUS, and the pool has LITE'
  if (change.to.version !== 'V2_0' || secured) return undefined
  return 'PreTokenGeneration@V2_0 needs the plan ESSENTIALS or PLUS, or an old pool with advanced security, and the pool has LITE without it'
}
