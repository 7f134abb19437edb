import type { Decision } from '../rules/engine.ts'
import type { Trigger } from '../rules/trigger.ts'
import { TriggerDenied, TriggerFailed } from './errors.ts'

/**
 * The answer to Cognito: the event as it came in with what the rules answered merged into its response, or an error whose
 * message the caller may read. Cognito takes an answer only from the whole event; anything less is `Unrecognizable lambda
 * output` to it.
 *
 * @throws TriggerDenied with the rule's public message on a denial, TriggerFailed with a fixed one when there is no decision.
 */
export function answerOrThrow<T extends Trigger>(decision: Decision<T>, event: T['event']): T['event'] {
  if (decision.kind === 'denied') throw new TriggerDenied(decision.message)
  if (decision.kind === 'failed') throw new TriggerFailed()
  const { response } = event
  return { ...event, response: { ...(typeof response === 'object' ? response : undefined), ...decision.response } }
}
