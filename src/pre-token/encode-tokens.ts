import type { CognitoEvent } from '../shared/cognito/event.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { CognitoResponse } from '../shared/rules/trigger.ts'
import { addingFault, scopeFault, suppressingFault, type Token } from './claims.ts'
import type { AccessTokenChanges, Groups, TokenChanges, Tokens } from './tokens.ts'

// The AWS limit of claims and scopes in the tokens of one user.
const MOST_CLAIMS = 5000

// In an ID token, these claims must be strings, numbers or booleans.
const SIMPLE_IN_ID = ['phone_number_verified', 'email_verified', 'updated_at', 'address']

const TOKEN_FIELDS = ['claims', 'suppress']
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  id: TOKEN_FIELDS,
  access: [...TOKEN_FIELDS, 'scopes', 'suppressScopes'],
  groups: ['names', 'roles', 'preferredRole'],
}

/**
 * Builds Cognito's response from the rules' answer. The response field of the event is null, so the result is complete.
 *
 * @throws TypeError if the answer has fields that {@link Tokens} lacks or invalid claims, or if the event's version does not support it.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export function encodeTokens(tokens: Tokens | undefined, event: CognitoEvent): CognitoResponse | undefined {
  if (tokens === undefined) return undefined
  assertFields(tokens)
  const { groups } = tokens
  const id = tokens.id && withoutSuppressed(tokens.id)
  const access = tokens.access && withoutSuppressed(tokens.access)
  assertToken('id', id)
  assertToken('access', access)
  assertAudience(access, event)
  const size = countEntries(id) + countEntries(access)
  if (size > MOST_CLAIMS) throw new TypeError(`The tokens would get ${size} claims and scopes; Cognito allows ${MOST_CLAIMS}`)
  const override = groups && { groupOverrideDetails: encodeGroups(groups) }
  if (event.version === '1') {
    if (access !== undefined)
      throw new TypeError('Version 1 of the event has no access token; set LambdaVersion V2_0 in PreTokenGenerationConfig')
    return { claimsOverrideDetails: { ...(id && encodeToken(withTexts(id))), ...override } }
  }
  // Cognito ignores fields of another version, so the tokens would silently lack the claims.
  if (event.version !== '2' && event.version !== '3')
    throw new TypeError(`The version of the event is ${JSON.stringify(event.version)}; expected "1", "2" or "3"`)
  return {
    claimsAndScopeOverrideDetails: {
      ...(id && { idTokenGeneration: encodeToken(id) }),
      ...(access && { accessTokenGeneration: { ...encodeToken(access), ...encodeScopes(access) } }),
      ...override,
    },
  }
}

function assertFields(tokens: Tokens): void {
  for (const [part, changes] of Object.entries(tokens)) {
    const fields = Object.hasOwn(FIELDS, part) ? FIELDS[part] : undefined
    if (fields === undefined) throw new TypeError(`Unknown token field '${part}'; expected id, access, groups`)
    if (!isObject(changes)) throw new TypeError(`Token field '${part}' is not an object`)
    const unknown = Object.keys(changes).find((field) => !fields.includes(field))
    if (unknown !== undefined) throw new TypeError(`Unknown token field '${part}.${unknown}'; expected ${fields.join(', ')}`)
  }
}

function assertToken(token: Token, changes: AccessTokenChanges | undefined): void {
  if (changes === undefined) return
  const { claims = {}, suppress = [], scopes = [], suppressScopes = [] } = changes
  const fault =
    Object.keys(claims)
      .map((name) => addingFault(name, token))
      .find(Boolean) ??
    suppress.map(suppressingFault).find(Boolean) ??
    [...scopes, ...suppressScopes].map(scopeFault).find(Boolean)
  if (fault !== undefined) throw new TypeError(`${token} token: ${fault}`)
  for (const [name, value] of Object.entries(claims)) {
    if (value === undefined || value === null) throw new TypeError(`${token} token: the claim '${name}' has no value`)
    if (token === 'id' && SIMPLE_IN_ID.includes(name) && typeof value === 'object')
      throw new TypeError(`id token: the claim '${name}' cannot be a list or an object`)
  }
}

function assertAudience({ claims = {} }: AccessTokenChanges = {}, { callerContext }: CognitoEvent): void {
  if (claims.aud !== undefined && claims.aud !== callerContext.clientId)
    throw new TypeError("access token: the claim 'aud' must be the id of the app client, which is appClient of the context")
}

/** Removes the claims and scopes that are both added and suppressed. Cognito would ignore these claims, but their number counts. */
function withoutSuppressed(changes: AccessTokenChanges): AccessTokenChanges {
  const { claims, suppress = [], scopes, suppressScopes = [] } = changes
  return {
    ...changes,
    ...(claims && { claims: Object.fromEntries(Object.entries(claims).filter(([name]) => !suppress.includes(name))) }),
    ...(scopes && { scopes: scopes.filter((scope) => !suppressScopes.includes(scope)) }),
  }
}

function countEntries({ claims = {}, scopes = [] }: AccessTokenChanges = {}): number {
  return Object.keys(claims).length + scopes.length
}

/** Converts the claims to strings, the only type in version 1. Throws for a list or an object, which has no obvious string form. */
function withTexts({ claims = {}, ...changes }: TokenChanges): TokenChanges {
  const texts = Object.entries(claims).map(([name, value]): readonly [string, string] => {
    if (typeof value === 'object')
      throw new TypeError(`Version 1 of the event cannot hold a list or an object ('${name}'); set LambdaVersion V2_0`)
    return [name, String(value)]
  })
  return { ...changes, claims: Object.fromEntries(texts) }
}

function encodeToken({ claims = {}, suppress = [] }: TokenChanges): CognitoResponse {
  return { claimsToAddOrOverride: { ...claims }, claimsToSuppress: [...suppress] }
}

function encodeScopes({ scopes = [], suppressScopes = [] }: AccessTokenChanges): CognitoResponse {
  return { scopesToAdd: [...scopes], scopesToSuppress: [...suppressScopes] }
}

// Always sets both lists, because null or an empty object makes Cognito remove every group.
function encodeGroups({ names, roles, preferredRole }: Groups): CognitoResponse {
  return { groupsToOverride: [...names], iamRolesToOverride: [...roles], ...(preferredRole !== undefined && { preferredRole }) }
}
