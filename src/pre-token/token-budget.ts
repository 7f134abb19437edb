import { assertOptions, assertRules, describeValue } from '../shared/rules/arguments.ts'
import { chain } from '../shared/rules/combinators.ts'
import { LifeguardError } from '../shared/rules/errors.ts'
import { andThen } from '../shared/rules/invocation.ts'
import type { AnyOutcome } from '../shared/rules/outcome.ts'
import { compose, type Rule, type RuleArgument } from '../shared/rules/rule.ts'
import type { Token } from './claims.ts'
import type { AccessTokenChanges, Tokens } from './tokens.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** Options of {@link tokenBudget}. */
export interface TokenBudgetOptions {
  /** The bytes that the rules may add to one token, as the token's text has them. */
  readonly maxBytes: number
  /** The names of claims to leave out if a token is too large, the first one first. By default, no claim may be left out. */
  readonly optional?: readonly string[]
}

/** Thrown if the rules inside a `tokenBudget` add more to a token than the budget allows. */
export class TokenTooLargeError extends LifeguardError {
  override readonly name = 'TokenTooLargeError'
  override readonly code = 'token-too-large'
  readonly token: Token
  readonly bytes: number
  constructor(token: Token, bytes: number, maxBytes: number) {
    super(`The rules add ${bytes} bytes to the ${token} token; the budget is ${maxBytes}`)
    this.token = token
    this.bytes = bytes
  }
}

/**
 * Runs rules in order, as `chain` does, and limits the size of the claims, scopes and groups that they add together. If a token is too
 * large, it loses the optional claims in their order until it fits. If it never fits, the composition fails, and Cognito issues no tokens.
 *
 * @throws TypeError without a rule, or if an option is invalid. RangeError if `maxBytes` is not positive.
 * @example
 * preTokenGeneration(tokenBudget({ maxBytes: 2048, optional: ['bio'] }, claimsFromProfile(profiles, { plan: 'plan', bio: 'bio' })))
 */
export function tokenBudget(options: TokenBudgetOptions, ...rules: readonly RuleArgument<PreTokenGeneration>[]): Rule<PreTokenGeneration> {
  assertOptions('tokenBudget()', options, ['maxBytes', 'optional'])
  assertRules('tokenBudget()', rules, 2)
  const { maxBytes, optional = [] } = options
  if (!(Number.isSafeInteger(maxBytes) && maxBytes > 0))
    throw new RangeError(`tokenBudget(): maxBytes is ${maxBytes}; expected a whole number of bytes, such as 2048`)
  if (!(Array.isArray(optional) && optional.every((name) => typeof name === 'string' && name !== '')))
    throw new TypeError(`tokenBudget(): optional is ${describeValue(optional)}; expected names of claims, such as ['bio']`)
  const names = [...optional]
  const inner = chain(...rules)
  return compose<PreTokenGeneration>({
    name: 'token-budget',
    kind: 'chain',
    children: rules,
    reasons: ['claims-dropped', 'token-too-large'],
    evaluate: (ctx, run) =>
      andThen<AnyOutcome<PreTokenGeneration>, AnyOutcome<PreTokenGeneration>>(inner.evaluate(ctx, run), (outcome) =>
        limit(outcome, maxBytes, names),
      ),
  })
}

function limit(outcome: AnyOutcome<PreTokenGeneration>, maxBytes: number, optional: readonly string[]): AnyOutcome<PreTokenGeneration> {
  if (outcome.kind === 'deny' || outcome.answer === undefined) return outcome
  const { answer } = outcome
  const dropped = new Set<string>()
  const shrink = (token: Token): AccessTokenChanges | undefined => {
    let changes: AccessTokenChanges | undefined = answer[token]
    for (const name of optional) {
      if (measure(token, changes, answer) <= maxBytes) return changes
      if (changes?.claims?.[name] === undefined) continue
      const { [name]: _, ...claims } = changes.claims
      changes = { ...changes, claims }
      dropped.add(name)
    }
    const bytes = measure(token, changes, answer)
    if (bytes > maxBytes) throw new TokenTooLargeError(token, bytes, maxBytes)
    return changes
  }
  const [id, access] = [shrink('id'), shrink('access')]
  if (dropped.size === 0) return outcome
  const tokens: Tokens = { ...answer, ...(id && { id }), ...(access && { access }) }
  return { ...outcome, answer: tokens, reason: 'claims-dropped', explanation: `Left out of the tokens: ${[...dropped].join(', ')}` }
}

/** Returns the bytes that an answer adds to the text of one token, which is JSON in base64url. */
function measure(token: Token, changes: AccessTokenChanges = {}, { groups }: Tokens = {}): number {
  const { claims = {}, suppress = [], scopes = [], suppressScopes = [] } = changes
  const added = {
    ...Object.fromEntries(Object.entries(claims).filter(([name]) => !suppress.includes(name))),
    ...(groups && groups.names.length > 0 && { 'cognito:groups': groups.names }),
    ...(groups && token === 'id' && groups.roles.length > 0 && { 'cognito:roles': groups.roles }),
  }
  const scope = scopes.filter((each) => !suppressScopes.includes(each)).map((each) => ` ${each}`)
  // The braces belong to the token, which has a comma before the added claims.
  const json = Object.keys(added).length === 0 ? '' : JSON.stringify(added).slice(1)
  return Math.ceil((Buffer.byteLength(json + scope.join('')) * 4) / 3)
}
