import { unbroken } from './errors.ts'
import type { AnyOutcome, ResponseOf } from './outcome.ts'
import { assertPost } from './post-only.ts'
import { compose, type Part, type Rule } from './rule.ts'
import type { PostTrigger } from './trigger.ts'

/**
 * Runs post rules that do not depend on each other at the same time, under one deadline. One that breaks neither stops nor
 * hides the others.
 *
 * @throws TypeError when there is no rule.
 * @example
 * postConfirmation(together(syncProfile(profiles), once(ledger, sendWelcomeEmail(mailer, template), { cutOff: 'at-most-once' })))
 */
export function together<T extends PostTrigger>(...rules: readonly Part<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('together() needs at least one rule')
  return compose({
    name: 'together',
    kind: 'together',
    children: rules,
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      assertPost(run, 'together')
      const verdicts = await Promise.all(rules.map((rule, index) => run.evaluate(rule, ctx, { index })))
      let response: ResponseOf<T> | undefined
      let worked = false
      for (const verdict of verdicts) {
        if (verdict.kind === 'broken' && !verdict.sealed) continue
        const outcome = unbroken(verdict)
        if (outcome.kind === 'done') worked = true
        if (outcome.kind !== 'deny' && outcome.response !== undefined) response = { ...response, ...outcome.response }
      }
      return { kind: worked ? 'done' : 'skip', ...(response !== undefined && { response }) }
    },
  })
}
