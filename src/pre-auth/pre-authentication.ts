import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { PreAuthentication } from './trigger.ts'

/**
 * Makes the function of the pre authentication trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = preAuthentication(blockUsers(blocks))
 */
export const preAuthentication: TriggerFactory<PreAuthentication> = defineTrigger<PreAuthentication>({
  name: 'PreAuthentication',
  phase: 'pre',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link preAuthentication} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(blockUsers(blocks)))
 */
export const guard: Guard<PreAuthentication> = preAuthentication.guard
