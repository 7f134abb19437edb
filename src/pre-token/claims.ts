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
 * The name of a claim that no rule can set, because Cognito reserves it.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export type ProtectedClaim = (typeof RESERVED)[number] | `cognito:${string}` | `dev:${string}`

const RESERVED_NAMES: ReadonlySet<string> = new Set(RESERVED)
// Reserved claims that a rule may suppress, to remove the groups and roles from a token. `dev:` claims may be suppressed too.
const SUPPRESSIBLE: ReadonlySet<string> = new Set(['cognito:groups', 'cognito:roles', 'cognito:preferred_role'])

/** Returns why a claim with this name cannot be added, or undefined if it can. */
export function addingFault(name: string): string | undefined {
  if (name === '') return 'a claim has no name'
  if (RESERVED_NAMES.has(name) || name.startsWith('cognito:') || name.startsWith('dev:')) return `Cognito reserves the claim '${name}'`
  return undefined
}

/** Returns why a claim with this name cannot be suppressed, or undefined if it can. */
export function suppressingFault(name: string): string | undefined {
  return SUPPRESSIBLE.has(name) || name.startsWith('dev:') ? undefined : addingFault(name)
}
