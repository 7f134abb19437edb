import type { EffectItem } from '../shared/ledger/effect-item.ts'
import type { CognitoEvent } from '../shared/rules/trigger.ts'
import type { PoolUser } from './users.ts'

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
