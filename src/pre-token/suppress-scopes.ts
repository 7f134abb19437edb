import { respond } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { toConstant } from './add-scopes.ts'
import type { PreTokenGeneration } from './trigger.ts'

/**
 * Makes a rule that removes scopes from the access token. It needs version 2 or 3 of the event. A scope that another rule adds is removed
 * too.
 *
 * @throws TypeError if a scope is empty or has a space, or if the list is empty.
 * @example
 * preTokenGeneration(suppressScopes(['aws.cognito.signin.user.admin']))
 */
export function suppressScopes(scopes: readonly string[]): Rule<PreTokenGeneration> {
  const tokens = { access: { suppressScopes: toConstant('suppressScopes()', scopes)() } }
  return defineRule<PreTokenGeneration>('suppress-scopes', () => respond(tokens, 'scopes-suppressed'), {
    can: ['answer'],
    permissions: [],
    reasons: ['scopes-suppressed'],
    lambdaVersion: 'V2_0',
  })
}
