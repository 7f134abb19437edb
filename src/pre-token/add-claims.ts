import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { addingFault, type ClaimTarget, type Token, type Unsettable } from './claims.ts'
import type { ClaimValue, Tokens } from './tokens.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** The value of a claim, or a function that returns it. If the function returns undefined, the claim stays as it is. */
export type ClaimSource = ClaimValue | ((ctx: RuleContext<PreTokenGeneration>) => ClaimValue | undefined | Promise<ClaimValue | undefined>)

/** Options of `addClaims` and `suppressClaims`. */
export interface AddClaimsOptions<To extends ClaimTarget = ClaimTarget> {
  /** The tokens to change, `id` by default. */
  readonly to?: To
}

/**
 * Makes a rule that adds claims to the tokens or overrides their values. A claim whose function returns undefined stays as it is.
 *
 * @param claims Values by name, or functions that return them. Claims that Cognito reserves, such as `sub`, are invalid.
 * @throws TypeError if Cognito reserves a claim, `claims` is empty, or an option is invalid.
 * @example
 * preTokenGeneration(addClaims({ tenant: ({ user }) => user.attributes['custom:tenant'] }, { to: 'both' }))
 */
export function addClaims<const Name extends string, const To extends ClaimTarget = 'id'>(
  claims: { readonly [Each in Name]: Each extends Unsettable<To> ? never : ClaimSource },
  options: AddClaimsOptions<To> = {},
): Rule<PreTokenGeneration> {
  const to = parseTarget('addClaims()', options)
  const sources = Object.entries<ClaimSource>(claims)
  if (sources.length === 0) throw new TypeError('addClaims() needs at least one claim')
  for (const [name, source] of sources) {
    const fault = findFault(name, to) ?? (source === undefined || source === null ? `the claim '${name}' has no value` : undefined)
    if (fault !== undefined) throw new TypeError(`addClaims(): ${fault}`)
  }
  const isComplex = sources.some(([, source]) => typeof source === 'object')
  return defineRule<PreTokenGeneration>(
    'add-claims',
    async (ctx) => {
      const found: Record<string, ClaimValue> = {}
      for (const [name, source] of sources) {
        const value = typeof source === 'function' ? await source(ctx) : source
        if (value !== undefined) found[name] = value
      }
      return Object.keys(found).length === 0 ? skip('no-claims') : respond(inTokens(to, { claims: found }), 'claims-added')
    },
    { can: ['answer'], permissions: [], reasons: ['claims-added', 'no-claims'], ...neededVersion(to !== 'id' || isComplex) },
  )
}

/** Returns why a claim cannot be added to the target tokens, or undefined if it can. */
export function findFault(name: string, to: ClaimTarget): string | undefined {
  return listTokens(to)
    .map((token) => addingFault(name, token))
    .find((fault) => fault !== undefined)
}

function listTokens(to: ClaimTarget): readonly Token[] {
  return to === 'both' ? ['id', 'access'] : [to]
}

/** Returns the event version that a rule declares. Version 1 has only strings in the ID token. */
export function neededVersion(needsLater: boolean): { readonly lambdaVersion?: 'V2_0' } {
  return needsLater ? { lambdaVersion: 'V2_0' } : {}
}

const TARGETS: readonly ClaimTarget[] = ['id', 'access', 'both']

/**
 * Validates the options of a rule and returns `to`.
 *
 * @param more The names of the rule's other options.
 */
export function parseTarget(owner: string, options: AddClaimsOptions, more: readonly string[] = []): ClaimTarget {
  assertOptions(owner, options, ['to', ...more])
  const { to = 'id' } = options
  if (!TARGETS.includes(to)) throw new TypeError(`${owner}: to is ${describeValue(to)}; expected 'id', 'access' or 'both'`)
  return to
}

/** Returns an answer with the same changes for each target token. */
export function inTokens(to: ClaimTarget, changes: NonNullable<Tokens['id']>): Tokens {
  return { ...(to !== 'access' && { id: changes }), ...(to !== 'id' && { access: changes }) }
}
