import { skip } from './outcome.ts'
import { compose, type Part, type Rule } from './rule.ts'
import type { PreTrigger } from './trigger.ts'

/**
 * Runs a rule after the decision, in a bounded part of the time left: what it would have said goes to the trace and the
 * log, and changes nothing. For trying a new rule on real users.
 *
 * @example
 * preSignUp(allowEmailDomains('example.com'), shadow(denyDisposableEmail()))
 */
export function shadow<T extends PreTrigger>(rule: Part<T>): Rule<T> {
  return compose({
    name: 'shadow',
    kind: 'shadow',
    children: [rule],
    async evaluate(ctx, run) {
      run.defer(rule, ctx)
      return skip('shadowed')
    },
  })
}
