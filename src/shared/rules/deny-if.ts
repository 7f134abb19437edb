import type { Condition } from './condition.ts'
import { deny, skip } from './outcome.ts'
import { compose, type Rule } from './rule.ts'
import { andThen } from './soon.ts'
import type { PreTrigger } from './trigger.ts'

/**
 * Denies where a condition holds. It never vouches.
 *
 * @param reason A constant identifier, for the log; the rule's name is made of it.
 * @param message What the caller reads.
 * @throws TypeError when the reason is no identifier or the message is empty.
 * @example
 * denyIf(not(fromAppClient(WEB_CLIENT)), 'wrong-app-client', 'Sign up on our web site')
 */
export function denyIf<T extends PreTrigger>(condition: Condition<NoInfer<T>>, reason: string, message: string): Rule<T> {
  const denial = deny(reason, message)
  return compose({
    name: `deny-if-${reason}`,
    kind: 'guard',
    permissions: [],
    ...(condition.evidence === 'domain' && { judges: 'email-domain' }),
    evaluate: (ctx, run) => andThen(run.ask(condition, ctx), (holds) => (holds ? denial : skip())),
  })
}
