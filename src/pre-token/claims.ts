// The claims that AWS reserves. AWS also reserves claims with the prefix `cognito:` or `dev:`.
const RESERVED = [
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'sub',
  'token_use',
  'username',
  'version',
] as const

/**
 * The name of a claim that no rule can set, because Cognito reserves it. A rule may set `aud` in the access token, but only to the id of
 * the app client.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export type ProtectedClaim = (typeof RESERVED)[number] | `cognito:${string}` | `dev:${string}`

const RESERVED_NAMES: ReadonlySet<string> = new Set(RESERVED)
// Reserved claims that a rule may suppress, to remove the groups and roles from a token. `dev:` claims may be suppressed too.
const SUPPRESSIBLE: ReadonlySet<string> = new Set(['cognito:groups', 'cognito:roles', 'cognito:preferred_role'])

/** A token whose claims a rule can change. */
export type Token = 'id' | 'access'

/** The tokens to change. The access token needs version 2 or 3 of the event. */
export type ClaimTarget = Token | 'both'

/** A claim that no rule can set in the given tokens. Only the access token can get `aud`, whose value must be the app client's id. */
export type Unsettable<To extends ClaimTarget> = To extends 'access' ? Exclude<ProtectedClaim, 'aud'> : ProtectedClaim

/** Returns why a claim with this name cannot be added to a token, or undefined if it can. */
export function addingFault(name: string, token: Token = 'id'): string | undefined {
  if (name === '') return 'a claim has no name'
  if (name === 'aud' && token === 'access') return undefined
  if (RESERVED_NAMES.has(name) || name.startsWith('cognito:') || name.startsWith('dev:')) return `Cognito reserves the claim '${name}'`
  return undefined
}

/** Returns why a claim with this name cannot be suppressed, or undefined if it can. */
export function suppressingFault(name: string): string | undefined {
  return SUPPRESSIBLE.has(name) || name.startsWith('dev:') ? undefined : addingFault(name)
}

/** Returns why a text is not a scope, or undefined if it is one. */
export function scopeFault(scope: unknown): string | undefined {
  if (typeof scope === 'string' && scope !== '' && !/\s/.test(scope)) return undefined
  return `${JSON.stringify(scope)} is not a scope; expected a string without spaces`
}
