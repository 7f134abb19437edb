import { assertTexts } from '../shared/rules/arguments.ts'
import { respond } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { type AddClaimsOptions, inTokens, neededVersion, parseTarget } from './add-claims.ts'
import { suppressingFault } from './claims.ts'
import type { PreTokenGeneration } from './trigger.ts'

/**
 * Makes a rule that removes claims from the tokens. To remove the groups' IAM roles, AWS requires suppressing `cognito:groups` too.
 *
 * @param names The names of the claims.
 * @param options `to` is the token, `id` by default.
 * @throws TypeError if a claim cannot be suppressed, `names` is empty, or an option is invalid.
 * @example
 * preTokenGeneration(suppressClaims(['email', 'phone_number']))
 */
export function suppressClaims(names: readonly string[], options: AddClaimsOptions = {}): Rule<PreTokenGeneration> {
  if (!Array.isArray(names)) throw new TypeError("suppressClaims(): expected a list of names, such as ['email']")
  assertTexts('suppressClaims()', names)
  const fault = names.map(suppressingFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new TypeError(`suppressClaims(): ${fault}`)
  const to = parseTarget('suppressClaims()', options)
  const tokens = inTokens(to, { suppress: [...names] })
  return defineRule<PreTokenGeneration>('suppress-claims', () => respond(tokens, 'claims-suppressed'), {
    can: ['answer'],
    permissions: [],
    reasons: ['claims-suppressed'],
    ...neededVersion(to !== 'id'),
  })
}
