import { assertTexts, describeValue } from '../shared/rules/arguments.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { scopeFault } from './claims.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** Scopes, or a function that returns them. */
export type ScopeSource = readonly string[] | ((ctx: RuleContext<PreTokenGeneration>) => MaybePromise<readonly string[] | undefined>)

/**
 * Makes a rule that adds scopes to the access token. It needs version 2 or 3 of the event. If the function returns undefined or an empty
 * list, the rule adds no scope.
 *
 * @param scopes The scopes, or a function that returns them.
 * @throws TypeError if a scope is empty or has a space, or if the list is empty. A scope that the function returns fails the rule.
 * @example
 * preTokenGeneration(addScopes(({ user }) => (user.attributes['custom:plan'] === 'pro' ? ['reports/read'] : undefined)))
 */
export function addScopes(scopes: ScopeSource): Rule<PreTokenGeneration> {
  const find = typeof scopes === 'function' ? scopes : toConstant('addScopes()', scopes)
  return defineRule<PreTokenGeneration>(
    'add-scopes',
    async (ctx) => {
      const found = await find(ctx)
      if (found === undefined) return skip('no-scopes')
      if (!Array.isArray(found))
        throw new TypeError(`addScopes(): the function returned ${describeValue(found)}; expected a list of scopes`)
      return found.length === 0 ? skip('no-scopes') : respond({ access: { scopes: [...found] } }, 'scopes-added')
    },
    { can: ['answer'], permissions: [], reasons: ['scopes-added', 'no-scopes'], lambdaVersion: 'V2_0' },
  )
}

/** Validates a list of scopes, and returns a function that returns a copy of the list. */
export function toConstant(owner: string, scopes: readonly string[]): () => readonly string[] {
  if (!Array.isArray(scopes))
    throw new TypeError(`${owner}: argument 1 is ${describeValue(scopes)}; expected a list such as ['orders/read']`)
  assertTexts(owner, scopes)
  const fault = scopes.map(scopeFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
  const copy = [...scopes]
  return () => copy
}
