import { isObject } from '../../shared/rules/invocation.ts'
import type { TokenChanges } from './issue-tokens.ts'
import type { Claims } from './tokens.ts'

type Fields = Readonly<Record<string, unknown>>

// The claims that no function can change, besides all others that start with `cognito:`.
const PROTECTED = new Set([
  ...['acr', 'amr', 'at_hash', 'auth_time', 'azp', 'exp', 'iat', 'iss', 'jti', 'nbf', 'nonce', 'origin_jti', 'token_use'],
  ...['sub', 'identities', 'username', 'client_id', 'event_id', 'device_key', 'version'],
])

// The claims of an ID token that are text, or true and false.
const PLAIN_ID_CLAIMS = new Set(['phone_number_verified', 'email_verified', 'updated_at', 'address'])

// The claims of groups, which a function changes through the groups, or removes all at once.
const GROUP_CLAIMS = ['cognito:groups', 'cognito:roles', 'cognito:preferred_role']

/** The groups of a token. */
export interface TokenGroups {
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole: string | null
}

/** Reads what a function changes, from a response of either version. Drops values that Cognito ignores. */
export function readChanges(response: Fields, version: string): TokenChanges {
  const details = toFields(version === '1' ? response.claimsOverrideDetails : response.claimsAndScopeOverrideDetails)
  const groups = readGroups(details)
  // In version 1, a function changes the ID token only, and claims are text.
  if (version === '1') return { id: readClaims(details, (value) => typeof value === 'string'), ...groups }
  const access = toFields(details.accessTokenGeneration)
  return {
    id: readClaims(
      toFields(details.idTokenGeneration),
      (value, name) => isClaim(value) && !(PLAIN_ID_CLAIMS.has(name) && typeof value === 'object'),
    ),
    access: readClaims(access),
    addScopes: toTexts(access.scopesToAdd).filter((scope) => !/\s/.test(scope)),
    suppressScopes: toTexts(access.scopesToSuppress),
    ...groups,
  }
}

/** An empty object or null removes all groups. Without the field, the groups stay. */
function readGroups(details: Fields): Pick<TokenChanges, 'groups'> {
  if (!Object.hasOwn(details, 'groupOverrideDetails')) return {}
  const { groupsToOverride, iamRolesToOverride, preferredRole } = toFields(details.groupOverrideDetails)
  const role = typeof preferredRole === 'string' ? preferredRole : null
  return { groups: { groups: toTexts(groupsToOverride), roles: toTexts(iamRolesToOverride), preferredRole: role } }
}

function readClaims(
  { claimsToAddOrOverride, claimsToSuppress }: Fields,
  accepts: (value: unknown, name: string) => boolean = isClaim,
): Changes {
  const add = Object.entries(toFields(claimsToAddOrOverride)).filter(([name, value]) => canAdd(name) && accepts(value, name))
  return { add: Object.fromEntries(add), suppress: toTexts(claimsToSuppress) }
}

/** The changes of the claims of one token. */
export interface Changes {
  readonly add: Claims
  readonly suppress: readonly string[]
}

function isClaim(value: unknown): boolean {
  return value !== null && value !== undefined
}

function canAdd(name: string): boolean {
  return !PROTECTED.has(name) && !/^(?:cognito|dev):/.test(name)
}

/** Applies changes to the claims of a token. Suppressing wins over adding. `cognito:groups` takes the roles along. */
export function applyChanges(claims: Claims, { add, suppress }: Changes, audience?: string): Claims {
  const removed = new Set(suppress.flatMap((name) => (name === 'cognito:groups' ? GROUP_CLAIMS : [name])))
  const { aud, ...added } = add
  // An ID token keeps its audience. An access token may get the app client as its audience, and no other.
  const isOwn = audience !== undefined && aud === audience
  const all = { ...claims, ...added, ...(isOwn && { aud }) }
  const canSuppress = (name: string): boolean =>
    !PROTECTED.has(name) && (!name.startsWith('cognito:') || GROUP_CLAIMS.includes(name)) && name !== 'aud'
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(removed.has(name) && canSuppress(name))))
}

function toFields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
