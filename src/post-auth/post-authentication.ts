import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { PostAuthentication } from './trigger.ts'

/**
 * Makes the function of the post authentication trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = postAuthentication(recordSignIn(profiles))
 */
export const postAuthentication: TriggerFactory<PostAuthentication> = defineTrigger<PostAuthentication>({
  name: 'PostAuthentication',
  phase: 'post',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link postAuthentication} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(recordSignIn(profiles)))
 */
export const guard: Guard<PostAuthentication> = postAuthentication.guard
