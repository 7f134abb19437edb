import { describeValue } from '../shared/rules/arguments.ts'
import { isObject } from '../shared/rules/invocation.ts'

/** The value of a claim. Version 1 of the event allows only strings, so numbers and booleans become strings there. */
export type ClaimValue = string | number | boolean | readonly ClaimValue[] | { readonly [name: string]: ClaimValue }

/**
 * Converts a value from a database or a token to the value of a claim. A set becomes a list. Returns undefined for a missing value.
 *
 * @throws TypeError if the value is not JSON, or contains null.
 */
export function toClaimValue(name: string, value: unknown): ClaimValue | undefined {
  return value === undefined || value === null ? undefined : convert(name, value)
}

function convert(name: string, value: unknown): ClaimValue {
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (value instanceof Set || Array.isArray(value)) return [...value].map((each) => convert(name, each))
  if (isObject(value) && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(name, each)]))
  throw new TypeError(`The value of the claim '${name}' contains ${describeValue(value)}; expected JSON without null`)
}

/** The changes of one token. */
export interface TokenChanges {
  /** Claims to add or override, by name. */
  readonly claims?: Readonly<Record<string, ClaimValue>>
  /** Names of claims to remove. A claim that is both added and suppressed is removed. */
  readonly suppress?: readonly string[]
}

/** The changes of an access token. Only versions 2 and 3 of the event support them. */
export interface AccessTokenChanges extends TokenChanges {
  readonly scopes?: readonly string[]
  readonly suppressScopes?: readonly string[]
}

/** The user's groups in both tokens, with the IAM roles of these groups. They replace all groups of the event. */
export interface Groups {
  readonly names: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole?: string
}

/** The answer of a pre token generation rule. Cognito does not change the parts that the answer lacks. */
export interface Tokens {
  readonly id?: TokenChanges
  readonly access?: AccessTokenChanges
  readonly groups?: Groups
}

/** Combines two answers. The later one wins for groups and values of claims. All other parts keep the entries of both answers. */
export function combineTokens(earlier: Tokens, later: Tokens): Tokens {
  const id = combineToken(earlier.id, later.id)
  const access = combineToken(earlier.access, later.access)
  const groups = later.groups ?? earlier.groups
  return { ...(id && { id }), ...(access && { access }), ...(groups && { groups }) }
}

function combineToken(earlier: AccessTokenChanges | undefined, later: AccessTokenChanges | undefined): AccessTokenChanges | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier
  const suppress = union(earlier.suppress, later.suppress)
  const scopes = union(earlier.scopes, later.scopes)
  const suppressScopes = union(earlier.suppressScopes, later.suppressScopes)
  return {
    ...((earlier.claims || later.claims) && { claims: { ...earlier.claims, ...later.claims } }),
    ...(suppress && { suppress }),
    ...(scopes && { scopes }),
    ...(suppressScopes && { suppressScopes }),
  }
}

function union(earlier: readonly string[] | undefined, later: readonly string[] | undefined): readonly string[] | undefined {
  return earlier === undefined || later === undefined ? (later ?? earlier) : [...new Set([...earlier, ...later])]
}
