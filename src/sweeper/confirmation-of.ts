import type { EffectKey } from '../shared/rules/ledger.ts'
import type { CognitoEvent } from '../shared/rules/trigger.ts'
import type { PoolUser } from './users.ts'

/**
 * The event of a confirmed sign-up as it would be today, for an effect whose own event nobody kept. What the user has changed
 * since then is in it: a mail goes to the address that they have now.
 *
 * @param attributes The ones that the effect reads.
 */
export function confirmationOf({ userPoolId, sub }: EffectKey, user: PoolUser, attributes: readonly string[]): CognitoEvent {
  const kept = attributes.flatMap((name) => (user.attributes[name] === undefined ? [] : [[name, user.attributes[name]] as const]))
  return {
    version: '1',
    triggerSource: 'PostConfirmation_ConfirmSignUp',
    // A pool's id begins with its region.
    region: userPoolId.split('_')[0] ?? '',
    userPoolId,
    userName: user.userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: null },
    request: { userAttributes: { ...Object.fromEntries(kept), sub } },
    response: {},
  }
}
