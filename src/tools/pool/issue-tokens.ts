import { readableAttributes } from './attributes.ts'
import { CognitoError, unknownUser } from './errors.ts'
import type { AppClient, Pool, RefreshToken, User } from './model.ts'
import type { Condition, Flow, Step } from './operation.ts'
import { tokenSeconds } from './settings/client-settings.ts'
import { findLambda } from './settings/pool-settings.ts'
import { removeExpired, revokeToken } from './store.ts'
import { applyChanges, type Changes, readChanges, type TokenGroups } from './token-claims.ts'
import { type Claims, createRefreshToken, createTokenId, hashToken } from './tokens.ts'
import { trigger } from './triggers.ts'
import { endLeastRecentSessions, touchSsoSession } from './user-sessions.ts'

/** The scope of all tokens of the API. With it, an access token may call the operations of its user. */
export const API_SCOPE = 'aws.cognito.signin.user.admin'

/** The tokens to issue. */
export interface Grant {
  readonly scopes: readonly string[]
  /** The time of the sign-in and the id that its tokens share. Undefined for a new sign-in. */
  readonly authTime?: number
  readonly origin?: string
  /** False for a refresh, which keeps its refresh token. */
  readonly withRefreshToken?: boolean
  readonly nonce?: string | undefined
  /** The refresh token that a refresh uses. */
  readonly refreshes?: RefreshToken
  /** The session of managed login that the sign-in came through. */
  readonly ssoSessionId?: string | undefined
}

/** The changes of a function to tokens. */
export interface TokenChanges {
  readonly id?: Changes
  readonly access?: Changes
  readonly addScopes?: readonly string[]
  readonly suppressScopes?: readonly string[]
  readonly groups?: TokenGroups
}

/** The tokens of a sign-in, as the API returns them. */
export interface AuthenticationResult {
  readonly AccessToken: string
  readonly ExpiresIn: number
  readonly TokenType: 'Bearer'
  readonly IdToken?: string
  readonly RefreshToken?: string
}

type TokenSource = `TokenGeneration_${'HostedAuth' | 'Authentication' | 'NewPasswordChallenge' | 'RefreshTokens' | 'ClientCredentials'}`

/** The step that calls the pre token generation function. */
export function changeTokens<Input = unknown>(
  source: TokenSource,
  passes: readonly 'clientMetadata'[] = ['clientMetadata'],
  when?: Condition<Input>,
  more?: (flow: Flow<Input>) => { readonly userName: string | undefined },
): Step<Input> {
  return trigger<Input>({
    source,
    passes,
    ...(when && { when }),
    event: (flow) => ({ ...more?.(flow), request: describeTokens(flow) }),
    apply: (flow, response) => {
      flow.changes = readChanges(response, findLambda(flow.pool.settings, 'PreTokenGeneration')?.version ?? '1')
    },
  })
}

/** The steps that end each sign-in through the API: the pre token generation function, then the tokens. */
export function tokenSteps<Input = unknown>(
  source: TokenSource,
  passes: readonly 'clientMetadata'[] = ['clientMetadata'],
  when?: Condition<Input>,
): readonly Step<Input>[] {
  const tokens: Step<Input> = {
    kind: 'tokens',
    text: 'ID, access and refresh token',
    when,
    run: async (flow) => {
      flow.answer = { ...flow.answer, AuthenticationResult: await issueTokens(flow), ChallengeParameters: {} }
    },
  }
  return [changeTokens(source, passes, when), tokens]
}

/** Returns the part of a pre token generation event that describes the tokens. */
function describeTokens({ pool, user, grant }: Flow<unknown>): Readonly<Record<string, unknown>> {
  const { groups, roles, preferredRole } = listGroups(pool, user)
  const version = findLambda(pool.settings, 'PreTokenGeneration')?.version ?? '1'
  return {
    groupConfiguration: { groupsToOverride: groups, iamRolesToOverride: roles, preferredRole },
    ...(version !== '1' && { scopes: grant?.scopes ?? [API_SCOPE] }),
  }
}

/** Returns the groups of a user. The preferred role is that of the group with the lowest precedence, if only one group has it. */
function listGroups(pool: Pool, user: User | undefined): TokenGroups {
  const groups = (user?.groups ?? []).flatMap((name) => pool.groups.get(name) ?? [])
  const sorted = groups.toSorted((one, two) => (one.precedence ?? Number.MAX_SAFE_INTEGER) - (two.precedence ?? Number.MAX_SAFE_INTEGER))
  const withRole = sorted.flatMap(({ roleArn, precedence }) => (roleArn === undefined ? [] : [{ roleArn, precedence }]))
  const [first, second] = withRole
  const preferredRole = first !== undefined && first.precedence !== second?.precedence ? first.roleArn : null
  return { groups: sorted.map(({ name }) => name), roles: [...new Set(withRole.map(({ roleArn }) => roleArn))], preferredRole }
}

/** Creates the tokens of the flow's user, as its grant and the function's changes say. */
export async function issueTokens(flow: Flow<unknown>): Promise<AuthenticationResult> {
  const { world, pool, client, user, grant = { scopes: [API_SCOPE] }, changes = {} } = flow
  if (user === undefined || client === undefined) throw unknownUser()
  const now = Math.floor(world.now() / 1000)
  const { origin = createTokenId(), authTime = now, withRefreshToken = true } = grant
  const groups = changes.groups ?? listGroups(pool, user)
  const suppressed = new Set(changes.suppressScopes)
  const scopes = [...new Set([...grant.scopes, ...(changes.addScopes ?? [])])].filter((scope) => !suppressed.has(scope))
  const common = {
    sub: user.sub,
    ...(groups.groups.length > 0 && { 'cognito:groups': groups.groups }),
    iss: `${world.endpoint()}/${pool.id}`,
    origin_jti: origin,
    event_id: createTokenId(),
    auth_time: authTime,
    iat: now,
  }
  const access = {
    ...common,
    client_id: client.id,
    token_use: 'access',
    scope: scopes.join(' '),
    exp: now + tokenSeconds(client.settings, 'AccessToken'),
    jti: createTokenId(),
    username: user.username,
    ...(!grant.scopes.includes(API_SCOPE) && { version: 2 }),
  }
  const id = {
    ...common,
    ...toIdClaims(user, client, grant.scopes),
    'cognito:username': user.username,
    ...(groups.roles.length > 0 && { 'cognito:roles': groups.roles }),
    ...(groups.preferredRole !== null && { 'cognito:preferred_role': groups.preferredRole }),
    aud: client.id,
    token_use: 'id',
    exp: now + tokenSeconds(client.settings, 'IdToken'),
    jti: createTokenId(),
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
  }
  const nothing: Changes = { add: {}, suppress: [] }
  if (grant.refreshes !== undefined) {
    grant.refreshes.usedAt = world.now()
    world.store.onChange()
  }
  const hasId = grant.scopes.includes(API_SCOPE) || grant.scopes.includes('openid')
  const RefreshToken = withRefreshToken ? saveRefreshToken(flow, origin, authTime, grant) : undefined
  const [AccessToken, IdToken] = await Promise.all([
    world.key.sign(applyChanges(access, changes.access ?? nothing, client.id)),
    hasId ? world.key.sign(applyChanges(id, changes.id ?? nothing)) : undefined,
  ])
  return {
    AccessToken,
    ExpiresIn: tokenSeconds(client.settings, 'AccessToken'),
    TokenType: 'Bearer',
    ...(IdToken !== undefined && { IdToken }),
    ...(RefreshToken !== undefined && { RefreshToken }),
  }
}

const SCOPE_CLAIMS: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** Returns the attributes in an ID token: all that the app client may read, or those of the scopes. */
export function toIdClaims(user: User, client: AppClient, scopes: readonly string[]): Claims {
  const attributes = Object.entries(readableAttributes(user, client))
  const isAll = scopes.includes(API_SCOPE) || scopes.includes('profile') || scopes.every((scope) => scope === 'openid')
  const named = new Set(scopes.flatMap((scope) => SCOPE_CLAIMS[scope] ?? []))
  const isRestricted = (name: string): boolean => Object.values(SCOPE_CLAIMS).some((names) => names.includes(name))
  const isShown = (name: string): boolean =>
    name === 'sub' ||
    (scopes.includes(API_SCOPE) || scopes.every((scope) => scope === 'openid') ? true : isRestricted(name) ? named.has(name) : isAll)
  return Object.fromEntries(attributes.filter(([name]) => isShown(name)).map(([name, value]) => [name, toClaim(name, value)]))
}

function toClaim(name: string, value: string): unknown {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true'
  return name === 'identities' ? JSON.parse(value) : value
}

function saveRefreshToken({ world, pool, client, user }: Flow<unknown>, origin: string, authTime: number, grant: Grant): string {
  if (client === undefined || user === undefined) throw unknownUser()
  const token = createRefreshToken()
  const now = world.now()
  removeExpired(pool, now)
  // A rotation continues a session, so only a new sign-in counts against the limit.
  if (grant.refreshes === undefined) endLeastRecentSessions(pool, user, now)
  if (grant.ssoSessionId !== undefined) touchSsoSession(pool, grant.ssoSessionId, now)
  pool.refreshTokens.set(hashToken(token), {
    username: user.username,
    clientId: client.id,
    origin,
    authTime,
    scopes: grant.scopes,
    issuedAt: now,
    expiresAt: grant.refreshes?.expiresAt ?? now + tokenSeconds(client.settings, 'RefreshToken') * 1000,
    revoked: false,
    ssoSessionId: grant.ssoSessionId,
  })
  world.store.onChange()
  return token
}

/** Revokes all tokens of a user. */
export function signOutEverywhere({ pool, world }: Pick<Flow, 'pool' | 'world'>, { username }: User): void {
  for (const token of pool.refreshTokens.values()) if (token.username === username) revokeToken(pool, token, world.now())
  world.store.onChange()
}

/** @throws CognitoError for a user who may not get tokens. */
export function checkEnabled(user: User): void {
  if (!user.enabled) throw new CognitoError('NotAuthorizedException', 'User is disabled.')
}
