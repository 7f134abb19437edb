import * as z from 'zod'
import { CognitoError, invalidParameter, notAuthorized } from '../errors.ts'
import { accessToken, adminTarget, metadata } from '../input.ts'
import { checkEnabled, signOutEverywhere, tokenSteps } from '../issue-tokens.ts'
import { type Condition, check, defineOperation, type Flow, type Operation, type Step, write } from '../operation.ts'
import { allowsFlow } from '../settings/client-settings.ts'
import { findUser, revokeToken } from '../store.ts'
import { hashToken } from '../tokens.ts'
import { findTarget, getUser } from '../users.ts'

const ROTATES: Condition<unknown> = {
  text: 'the app client rotates refresh tokens',
  holds: ({ client }) => client?.settings.RefreshTokenRotation.Feature === 'ENABLED',
}

/** Checks a refresh token, and finds its user. */
export function readRefreshToken(flow: Flow<unknown>, token: string | undefined): void {
  const { pool, world, client } = flow
  if (!token) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
  const stored = pool.refreshTokens.get(hashToken(token))
  if (stored === undefined || stored.clientId !== client?.id) throw notAuthorized('Invalid Refresh Token')
  // A rotation gives several refresh tokens the same origin, and a revocation ends all of them.
  if (stored.revoked || pool.revoked.has(stored.origin)) throw notAuthorized('Refresh Token has been revoked')
  if (stored.expiresAt <= world.now()) throw notAuthorized('Refresh Token has expired')
  const grace = client.settings.RefreshTokenRotation.RetryGracePeriodSeconds * 1000
  if (stored.replacedAt !== undefined && stored.replacedAt + grace <= world.now())
    throw new CognitoError('RefreshTokenReuseException', 'Refresh Token has been already used')
  flow.user = findUser(pool, stored.username)
  if (flow.user === undefined) throw notAuthorized('Invalid Refresh Token')
  checkEnabled(flow.user)
  const { scopes, authTime, origin, ssoSessionId } = stored
  flow.grant = { scopes, authTime, origin, ssoSessionId, refreshes: stored, withRefreshToken: false }
}

/** The steps of REFRESH_TOKEN_AUTH, which keeps the refresh token. */
export function refreshSteps<Input>(token: (flow: Flow<Input>) => string | undefined): readonly Step<Input>[] {
  return [
    check('the app client allows the flow, and does not rotate refresh tokens', (flow) => {
      if (flow.client === undefined || !allowsFlow(flow.client.settings, 'REFRESH_TOKEN_AUTH'))
        throw invalidParameter('REFRESH_TOKEN_AUTH flow not enabled for this client')
      if (ROTATES.holds(flow))
        throw new CognitoError('UnsupportedOperationException', 'Refresh token rotation is enabled. Use GetTokensFromRefreshToken')
    }),
    check('the refresh token is valid', (flow) => readRefreshToken(flow, token(flow))),
    // AWS lists no metadata for a refresh by InitiateAuth.
    ...tokenSteps<Input>('TokenGeneration_RefreshTokens', []),
  ]
}

/** Replaces a refresh token, if the app client rotates them. */
export function rotateRefreshToken<Input>(token: (flow: Flow<Input>) => string): Step<Input> {
  return write<Input>(
    'the old refresh token, replaced',
    (flow) => {
      const stored = flow.pool.refreshTokens.get(hashToken(token(flow)))
      if (stored === undefined || flow.grant === undefined) return
      stored.replacedAt ??= flow.world.now()
      flow.grant = { ...flow.grant, withRefreshToken: true }
    },
    ROTATES,
  )
}

const fromRefreshToken = z.object({
  ClientId: z.string(),
  RefreshToken: z.string(),
  ClientSecret: z.string().optional(),
  ClientMetadata: metadata,
})

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html */
export const GetTokensFromRefreshToken: Operation = defineOperation('none', fromRefreshToken, [
  check('the refresh token is valid', (flow) => readRefreshToken(flow, flow.input.RefreshToken)),
  rotateRefreshToken((flow) => flow.input.RefreshToken),
  ...tokenSteps<z.infer<typeof fromRefreshToken>>('TokenGeneration_Authentication'),
])

const revokeInput = z.object({ ClientId: z.string(), Token: z.string(), ClientSecret: z.string().optional() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html */
export const RevokeToken: Operation = defineOperation('none', revokeInput, [
  check('the app client can revoke tokens', ({ client }) => {
    if (client?.settings.EnableTokenRevocation !== true)
      throw new CognitoError('UnsupportedOperationException', 'Token revocation is not enabled for this client')
  }),
  write('the refresh token and its access tokens, revoked', ({ pool, world, input, client }) => {
    const stored = pool.refreshTokens.get(hashToken(input.Token))
    // RFC 7009 defines that an unknown token is not an error.
    if (stored === undefined) return
    if (stored.clientId !== client?.id) throw new CognitoError('UnauthorizedException', 'Token is not issued for the given client')
    revokeToken(pool, stored, world.now())
    world.store.onChange()
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html */
export const GlobalSignOut: Operation = defineOperation('token', z.object({ AccessToken: accessToken }), [
  write('all tokens of the user, revoked', (flow) => signOutEverywhere(flow, getUser(flow))),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html */
export const AdminUserGlobalSignOut: Operation = defineOperation('IAM', adminTarget, [
  check('the user exists', findTarget),
  write('all tokens of the user, revoked', (flow) => signOutEverywhere(flow, getUser(flow))),
])
