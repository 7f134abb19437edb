/** The value of a claim. Version 1 of the event takes texts alone. */
export type ClaimValue = string | number | boolean | readonly ClaimValue[] | { readonly [name: string]: ClaimValue }

/** What changes in one token. */
export interface TokenChanges {
  /** Claims to add, or to give another value, by name. */
  readonly claims?: Readonly<Record<string, ClaimValue>>
  /** Names of claims to leave out. Leaving out beats adding. */
  readonly suppress?: readonly string[]
}

/** What changes in an access token. Only versions 2 and 3 of the event carry it. */
export interface AccessTokenChanges extends TokenChanges {
  readonly scopes?: readonly string[]
  readonly suppressScopes?: readonly string[]
}

/** All groups of the user in both tokens, with the IAM roles of these groups. */
export interface Groups {
  readonly names: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole?: string
}

/** What rules of pre token generation answer. What is not named stays as Cognito has it. */
export interface Tokens {
  readonly id?: TokenChanges
  readonly access?: AccessTokenChanges
  readonly groups?: Groups
}

/** Two answers as one: claims of both, where the later value of a claim wins; everything that either leaves out; the later groups. */
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
