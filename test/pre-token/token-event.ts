import type { PreTokenGenerationEvent } from '../../src/pre-token/trigger.ts'
import { ann, preAuthenticationEvent } from '../support/events.ts'

/** Makes a pre token generation event of the user ann. */
export function tokenEvent(change: Partial<PreTokenGenerationEvent> = {}): PreTokenGenerationEvent {
  const { request, ...envelope } = preAuthenticationEvent()
  const { version = '1' } = change
  return {
    ...envelope,
    triggerSource: 'TokenGeneration_Authentication',
    userName: ann.userName,
    request: {
      userAttributes: request.userAttributes,
      groupConfiguration: {
        groupsToOverride: ['staff', 'editors'],
        iamRolesToOverride: ['arn:aws:iam::111122223333:role/staff'],
        preferredRole: null,
      },
    },
    response: version === '1' ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
    ...change,
  }
}
