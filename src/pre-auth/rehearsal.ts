import type { Documents } from '../shared/aws/dynamodb.ts'
import { onlyConnecting } from '../shared/aws/only-connect.ts'
import type { Invoke } from '../shared/lambda/invoke.ts'
import type { HandlerSettings } from '../shared/lambda/settings.ts'
import { REHEARSED_CONTEXT, REHEARSED_EVENT, rehearsing } from '../shared/lambda/warm-up.ts'
import type { PreAuthentication } from './trigger.ts'

/** What the block list is answered with: nobody is blocked. */
const answerOf = (table: string): string => JSON.stringify({ Responses: { [table]: [] }, UnprocessedKeys: {} })

const EVENT: PreAuthentication['event'] = {
  ...REHEARSED_EVENT,
  triggerSource: 'PreAuthentication_Authentication',
  request: { userAttributes: { sub: 'warm-up', email: 'warm-up@example.com', email_verified: 'true' } },
}

/**
 * A sign-in that never was, through the rules that are deployed. Nothing is looked up.
 *
 * @param table Where blocks are kept.
 * @param ended Ends it.
 */
export function rehearse(
  handlerOf: (documents: Documents, settings: HandlerSettings) => Invoke<PreAuthentication>,
  documents: Documents,
  table: string,
  ended: AbortSignal,
): Promise<unknown> {
  return handlerOf(() => onlyConnecting(documents(), answerOf(table), ended), rehearsing())(EVENT, REHEARSED_CONTEXT)
}
