import type { Documents } from '../shared/aws/dynamodb.ts'
import { onlyConnecting } from '../shared/aws/only-connect.ts'
import type { Invoke } from '../shared/lambda/invoke.ts'
import type { HandlerSettings } from '../shared/lambda/settings.ts'
import { REHEARSED_CONTEXT, REHEARSED_EVENT, rehearsing } from '../shared/lambda/warm-up.ts'
import type { PostAuthentication } from './trigger.ts'

/** What every write is answered with: a profile of which nothing is owed yet, so that this is rehearsed too. */
const ANSWER = '{"Attributes":{"signInCount":{"N":"1"}}}'

const EVENT: PostAuthentication['event'] = {
  ...REHEARSED_EVENT,
  triggerSource: 'PostAuthentication_Authentication',
  request: { userAttributes: { sub: 'warm-up', email: 'warm-up@example.com', email_verified: 'true' } },
}

/**
 * A sign-in that never was, through the rules that are deployed. Nothing is written.
 *
 * @param ended Ends it.
 */
export function rehearse(
  handlerOf: (documents: Documents, settings: HandlerSettings) => Invoke<PostAuthentication>,
  documents: Documents,
  ended: AbortSignal,
): Promise<unknown> {
  return handlerOf(() => onlyConnecting(documents(), ANSWER, ended), rehearsing())(EVENT, REHEARSED_CONTEXT)
}
