import { RuleError } from './errors.ts'
import { type Broken, type Deny, deny } from './outcome.ts'
import { compose, type Part, type Rule } from './rule.ts'
import type { PreTrigger } from './trigger.ts'

/** What the caller reads when no rule vouched: it must fit every pre trigger and tell nothing. */
export const NOBODY_VOUCHED = 'This request is not allowed'

/**
 * Passes users for whom one of the rules vouches; asks them in order and stops at the first that does. If none vouches it
 * denies: with the last denial if there is one, broken if a rule broke. A rule that only skips never opens it.
 *
 * An exemption wraps the whole, it is never a branch: `when(not(byAdministrator), anyOf(...))`.
 *
 * @throws TypeError when there is no rule.
 * @example
 * anyOf(allowEmailDomains('example.com'), requireInvite(invites))
 */
export function anyOf<T extends PreTrigger>(...rules: readonly Part<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('anyOf() needs at least one rule: nobody could ever vouch')
  return compose({
    name: 'any-of',
    kind: 'anyOf',
    children: rules,
    async evaluate(ctx, run) {
      let denied: Deny | undefined
      let broken: Broken | undefined
      for (const [index, rule] of rules.entries()) {
        const verdict = await run.evaluate(rule, ctx, { index })
        if (verdict.kind === 'allow') return verdict
        if (verdict.kind === 'deny') denied = verdict
        // One that must not be forgiven further out must not hide behind one that may.
        if (verdict.kind === 'broken' && (broken === undefined || verdict.sealed)) broken = verdict
      }
      if (broken !== undefined) throw new RuleError(broken)
      return denied ?? deny('nobody-vouched', NOBODY_VOUCHED)
    },
  })
}
