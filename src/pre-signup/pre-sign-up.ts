import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { PreSignUp } from './trigger.ts'

/**
 * Makes the function of the pre sign-up trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = preSignUp(allowEmailDomains('example.com', '*.example.org'))
 */
export const preSignUp: TriggerFactory<PreSignUp> = defineTrigger<PreSignUp>({
  name: 'PreSignUp',
  phase: 'pre',
  responseFields: { autoConfirmUser: 'boolean', autoVerifyEmail: 'boolean', autoVerifyPhone: 'boolean' },
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value turns a denial into success, and an earlier `before` which returns a value ends the invocation unjudged:
 * only {@link preSignUp} promises that neither can happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(allowEmailDomains('example.com')))
 */
export const guard: Guard<PreSignUp> = preSignUp.guard
