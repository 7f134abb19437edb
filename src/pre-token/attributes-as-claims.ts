import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import { findFault, neededVersion } from './add-claims.ts'
import type { Token } from './claims.ts'
import type { ClaimValue, Tokens } from './tokens.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** The names of the attributes to copy into each token. */
export interface AttributesByToken {
  readonly id?: readonly string[]
  readonly access?: readonly string[]
}

const TOKENS: readonly Token[] = ['id', 'access']

// OpenID Connect defines these claims as booleans. As strings, a program would read 'false' as true.
const BOOLEANS: readonly string[] = ['email_verified', 'phone_number_verified']

/**
 * Makes a rule that copies user attributes into the tokens, as claims with the same names. A user without an attribute gets no claim.
 *
 * @param attributes The names of the attributes, by token. The access token needs version 2 or 3 of the event.
 * @throws TypeError if Cognito reserves a claim, such as `sub`, or if no attribute is given.
 * @example
 * preTokenGeneration(attributesAsClaims({ access: ['email', 'custom:tenant'] }))
 */
export function attributesAsClaims(attributes: AttributesByToken): Rule<PreTokenGeneration> {
  assertOptions('attributesAsClaims()', attributes, TOKENS)
  const { id = [], access = [] } = attributes
  for (const [token, names] of [['id', id] as const, ['access', access] as const]) assertNames(token, names)
  if (id.length + access.length === 0)
    throw new TypeError("attributesAsClaims() needs at least one attribute, such as { access: ['custom:tenant'] }")
  const [inId, inAccess] = [[...id], [...access]]
  return defineRule<PreTokenGeneration>(
    'attributes-as-claims',
    ({ user }) => {
      const tokens = { ...pickClaims('id', inId, user), ...pickClaims('access', inAccess, user) }
      return Object.keys(tokens).length === 0 ? skip('no-attributes') : respond(tokens, 'attributes-added')
    },
    {
      can: ['answer'],
      permissions: [],
      reasons: ['attributes-added', 'no-attributes'],
      reads: [...new Set([...inId, ...inAccess])],
      ...neededVersion(inAccess.length > 0),
    },
  )
}

function assertNames(token: Token, names: unknown): void {
  const owner = `attributesAsClaims(): ${token}`
  if (!Array.isArray(names)) throw new TypeError(`${owner} is ${describeValue(names)}; expected a list such as ['custom:tenant']`)
  for (const name of names) {
    if (typeof name !== 'string') throw new TypeError(`${owner} contains ${describeValue(name)}; expected names of attributes`)
    // Cognito accepts `aud` only with the id of the app client, which no attribute has.
    const fault = findFault(name, 'id')
    if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
  }
}

/** Returns the changes of one token, or nothing if the user has none of the attributes. */
function pickClaims(token: Token, names: readonly string[], { attributes }: RuleUser): Tokens {
  const claims = names.flatMap((name): readonly (readonly [string, ClaimValue])[] => {
    const value = attributes[name]
    if (value === undefined || value === '') return []
    return [[name, BOOLEANS.includes(name) ? value === 'true' : value]]
  })
  return claims.length === 0 ? {} : { [token]: { claims: Object.fromEntries(claims) } }
}
