import type { AttributeMap, CognitoEvent } from '../shared/cognito/event.ts'
import type { EffectItem } from '../shared/ledger/effect-item.ts'
import { LifeguardError } from '../shared/rules/errors.ts'
import type { RulePermission } from '../shared/rules/rule.ts'

/** A user as the pool has them now. */
export interface PoolUser {
  readonly userName: string
  readonly attributes: AttributeMap
  readonly createdAt: Date | undefined
}

/** Looks users up in their pool. */
export interface Users {
  /**
   * @returns undefined where the pool has no such user.
   * @throws PoolNotFoundError where there is no such pool, which may as well be looked for in the wrong account or region.
   */
  readonly find: (userPoolId: string, sub: string, signal: AbortSignal) => Promise<PoolUser | undefined>
  /** The permissions that the look-up needs. */
  readonly permissions?: readonly RulePermission[]
}

/** There is no such pool, here. That says nothing of its users. */
export class PoolNotFoundError extends LifeguardError {
  override readonly name = 'PoolNotFoundError'
  override readonly code = 'pool-not-found'
  constructor(cause: unknown) {
    super('There is no such user pool in this account and region', { cause })
  }
}

/**
 * Makes the event of an effect as it would be today: the trigger source and the app client of the event that the effect had, and
 * the user as the pool has them now. An effect that never had an event counts as that of a confirmed sign-up.
 *
 * @param attributes The ones to put in.
 */
export function sweptEvent(
  { userPoolId, sub, triggerSource = 'PostConfirmation_ConfirmSignUp', appClient }: SweptEffect,
  user: PoolUser,
  attributes: readonly string[],
): CognitoEvent {
  const kept = attributes.flatMap((name) => (user.attributes[name] === undefined ? [] : [[name, user.attributes[name]] as const]))
  return {
    version: '1',
    triggerSource,
    // A pool's id begins with its region.
    region: userPoolId.split('_')[0] ?? '',
    userPoolId,
    userName: user.userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: appClient ?? null },
    request: { userAttributes: { ...Object.fromEntries(kept), sub } },
    response: {},
  }
}

type SweptEffect = Pick<EffectItem, 'userPoolId' | 'sub' | 'triggerSource' | 'appClient'>
