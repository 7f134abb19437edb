import type { AttributeMap, CognitoEvent } from '../shared/cognito/event.ts'
import { type TriggerName, triggerFacts } from '../shared/cognito/triggers.ts'
import type { EffectItem } from '../shared/ledger/effect-item.ts'
import { LifeguardError } from '../shared/rules/errors.ts'
import type { RulePermission } from '../shared/rules/rule.ts'

/** The current user data in the pool. */
export interface PoolUser {
  readonly userName: string
  readonly attributes: AttributeMap
  readonly createdAt: Date | undefined
}

/** Looks up users in their pool. */
export interface Users {
  /**
   * Returns a user, or undefined if the pool does not have the user.
   *
   * @throws PoolNotFoundError if the pool does not exist in this account and region.
   */
  readonly find: (userPoolId: string, sub: string, signal: AbortSignal) => Promise<PoolUser | undefined>
  /** The IAM permissions that the look-up needs. */
  readonly permissions?: readonly RulePermission[]
}

/** The pool does not exist in this account and region. Its users may still exist elsewhere. */
export class PoolNotFoundError extends LifeguardError {
  override readonly name = 'PoolNotFoundError'
  override readonly code = 'pool-not-found'
  constructor(cause: unknown) {
    super('User pool not found in this account and region', { cause })
  }
}

/**
 * Builds the event for an effect from the current user data. The trigger source and the app client come from the effect. If the
 * effect has no trigger source, the event has the first source of the trigger, such as `PostConfirmation_ConfirmSignUp`.
 *
 * @param attributes The names of the attributes to include.
 */
export function sweptEvent(
  trigger: TriggerName,
  { userPoolId, sub, triggerSource = Object.keys(triggerFacts(trigger).sources)[0] ?? '', appClient }: SweptEffect,
  user: PoolUser,
  attributes: readonly string[],
): CognitoEvent {
  const kept = attributes.flatMap((name) => (user.attributes[name] === undefined ? [] : [[name, user.attributes[name]] as const]))
  return {
    version: '1',
    triggerSource,
    // The ID of a pool starts with its region.
    region: userPoolId.split('_')[0] ?? '',
    userPoolId,
    userName: user.userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: appClient ?? null },
    request: { userAttributes: { ...Object.fromEntries(kept), sub } },
    response: {},
  }
}

type SweptEffect = Pick<EffectItem, 'userPoolId' | 'sub' | 'triggerSource' | 'appClient'>
