import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'

/** A trigger that takes a function and nothing else; the custom senders and inbound federation want a version, or a key. */
export type Attachable = Exclude<
  keyof LambdaConfigType,
  'PreTokenGenerationConfig' | 'CustomSMSSender' | 'CustomEmailSender' | 'KMSKeyID' | 'InboundFederation'
>

export const ATTACHABLE: readonly Attachable[] = [
  'PreSignUp',
  'PostConfirmation',
  'PreAuthentication',
  'PostAuthentication',
  'PreTokenGeneration',
  'CustomMessage',
  'DefineAuthChallenge',
  'CreateAuthChallenge',
  'VerifyAuthChallengeResponse',
  'UserMigration',
]

/** One trigger of a pool: what is attached, and what is to be. */
export interface Change {
  readonly trigger: Attachable
  readonly from: string | undefined
  readonly to: string
}

/** What attaching comes to. */
export interface AttachPlan {
  /** Triggers that get a function, or another one. */
  readonly changes: readonly Change[]
  /** Those changes that would take the place of another function. */
  readonly replaced: readonly Change[]
  /** What the pool is to have. */
  readonly lambdaConfig: LambdaConfigType
}

/**
 * Works out what a pool's triggers become. What is not wanted otherwise stays as it is.
 *
 * A pre token generation trigger keeps its version: the function is replaced in `PreTokenGenerationConfig` too, because Cognito
 * refuses two that differ.
 *
 * @param current What the pool has.
 * @param wanted The ARN of a function for each trigger.
 * @example
 * attachPlan({ CustomMessage: other }, new Map([['PreSignUp', arn]])).lambdaConfig // { CustomMessage: other, PreSignUp: arn }
 */
export function attachPlan(current: LambdaConfigType, wanted: ReadonlyMap<Attachable, string>): AttachPlan {
  const changes = [...wanted]
    .map(([trigger, to]): Change => ({ trigger, from: attachedTo(current, trigger), to }))
    .filter(({ from, to }) => from !== to)
  const lambdaConfig: LambdaConfigType = { ...current }
  for (const { trigger, to } of changes) {
    const versioned = trigger === 'PreTokenGeneration' ? current.PreTokenGenerationConfig : undefined
    if (versioned !== undefined) lambdaConfig.PreTokenGenerationConfig = { ...versioned, LambdaArn: to }
    if (versioned === undefined || current[trigger] !== undefined) lambdaConfig[trigger] = to
  }
  return { changes, replaced: changes.filter(({ from }) => from !== undefined), lambdaConfig }
}

function attachedTo(current: LambdaConfigType, trigger: Attachable): string | undefined {
  const versioned = trigger === 'PreTokenGeneration' ? current.PreTokenGenerationConfig?.LambdaArn : undefined
  return versioned ?? current[trigger]
}
