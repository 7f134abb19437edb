import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { PostConfirmation } from './trigger.ts'

/**
 * Makes the function of the post confirmation trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = postConfirmation(syncProfile(profiles))
 */
export const postConfirmation: TriggerFactory<PostConfirmation> = defineTrigger<PostConfirmation>({
  name: 'PostConfirmation',
  phase: 'post',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link postConfirmation} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(syncProfile(profiles)))
 */
export const guard: Guard<PostConfirmation> = postConfirmation.guard
