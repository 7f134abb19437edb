// What AWS keeps for itself. `dev:` claims can be left out and not added; `aud` stands in the ID token alone.
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
 * A claim that no rule can set.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export type ProtectedClaim = (typeof RESERVED)[number] | `cognito:${string}` | `dev:${string}`

// To leave the groups and roles out of a token, AWS has `cognito:groups` suppressed.
const RESERVED_NAMES: ReadonlySet<string> = new Set(RESERVED)
const SUPPRESSIBLE: ReadonlySet<string> = new Set(['cognito:groups', 'cognito:roles', 'cognito:preferred_role'])

/** Returns what is wrong with adding a claim of that name, or undefined. */
export function addingFault(name: string): string | undefined {
  if (name === '') return 'a claim has no name'
  if (RESERVED_NAMES.has(name) || name.startsWith('cognito:') || name.startsWith('dev:'))
    return `Cognito keeps the claim '${name}' for itself`
  return undefined
}

/** Returns what is wrong with leaving out a claim of that name, or undefined. */
export function suppressingFault(name: string): string | undefined {
  return SUPPRESSIBLE.has(name) || name.startsWith('dev:') ? undefined : addingFault(name)
}
