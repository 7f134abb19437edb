import { createHash } from 'node:crypto'
import { isSame } from '../authorise.ts'
import { changeTokens, checkEnabled, issueTokens, tokenSteps } from '../issue-tokens.ts'
import { type Condition, check, type Flow, type Step } from '../operation.ts'
import { readRefreshToken, rotateRefreshToken } from '../operations/refresh.ts'
import { tokenSeconds } from '../settings/client-settings.ts'
import { findLambda } from '../settings/pool-settings.ts'
import { findUser } from '../store.ts'
import { applyChanges } from '../token-claims.ts'
import { createTokenId } from '../tokens.ts'
import { getUser } from '../users.ts'
import { readScopes } from './authorization-request.ts'
import { oauthError } from './client-authentication.ts'
import type { AuthorizationCode } from './state.ts'

/** The exchange of an authorization code. */
export interface CodeInput {
  /** The code, which can be used once. Undefined if it is unknown, used or expired. */
  readonly code: AuthorizationCode | undefined
  readonly redirectUri: string | undefined
  /** The code verifier of PKCE. */
  readonly verifier: string | undefined
}

/** Returns true for the verifier of a code challenge (RFC 7636, S256). */
function isVerifier(verifier: string | undefined, challenge: string): boolean {
  return verifier !== undefined && isSame(createHash('sha256').update(verifier).digest('base64url'), challenge)
}

export const codeSteps: readonly Step<CodeInput>[] = [
  check('the code is valid, unused, and of this app client, redirect URI and verifier', (flow) => {
    const { pool, client, input } = flow
    const { code, redirectUri, verifier } = input
    if (code === undefined || code.clientId !== client?.id) throw oauthError('invalid_grant', 'The code is unknown, used or expired')
    if (code.redirectUri !== redirectUri) throw oauthError('invalid_grant', 'The redirect_uri is not that of the code')
    if (code.challenge !== undefined && !isVerifier(verifier, code.challenge))
      throw oauthError('invalid_grant', 'The code_verifier does not fit the code_challenge')
    flow.user = findUser(pool, code.sub)
    if (flow.user === undefined) throw oauthError('invalid_grant', 'The user does not exist any more')
    checkEnabled(flow.user)
    const { scopes, nonce, authTime, ssoSessionId } = code
    flow.grant = { scopes, nonce, authTime, ssoSessionId }
    flow.changes = code.changes
  }),
  {
    kind: 'tokens',
    text: 'ID, access and refresh token, as the function before the code has changed them',
    run: async (flow) => {
      getUser(flow)
      flow.answer = { AuthenticationResult: await issueTokens(flow) }
    },
  },
]

/** The exchange of a refresh token. */
export interface RefreshInput {
  readonly refreshToken: string
}

export const refreshSteps: readonly Step<RefreshInput>[] = [
  check('the refresh token is valid', (flow) => readRefreshToken(flow, flow.input.refreshToken)),
  rotateRefreshToken(({ input }) => input.refreshToken),
  ...tokenSteps<RefreshInput>('TokenGeneration_RefreshTokens', []),
]

/** The tokens of an application that acts for itself. */
export interface MachineInput {
  readonly scope: string | null
}

const IS_VERSION_THREE: Condition<unknown> = {
  text: 'the LambdaVersion is V3_0',
  holds: ({ pool }) => findLambda(pool.settings, 'PreTokenGeneration')?.version === '3',
}
const OIDC_SCOPES = new Set(['openid', 'profile', 'email', 'phone', 'aws.cognito.signin.user.admin'])

export const machineSteps: readonly Step<MachineInput>[] = [
  check('the app client has a secret, and allows the grant and the scopes', (flow) => {
    const { client, input } = flow
    if (client?.secret === undefined || !client.settings.AllowedOAuthFlows.includes('client_credentials'))
      throw oauthError('unauthorized_client', 'The app client does not allow client_credentials')
    const custom = client.settings.AllowedOAuthScopes.filter((scope) => !OIDC_SCOPES.has(scope))
    const scopes = readScopes(input.scope, custom)
    if (scopes === undefined || scopes.length === 0) throw oauthError('invalid_scope', 'The app client does not allow the scopes')
    flow.grant = { scopes }
  }),
  changeTokens('TokenGeneration_ClientCredentials', ['clientMetadata'], IS_VERSION_THREE, ({ client }) => ({ userName: client?.id })),
  {
    kind: 'tokens',
    text: 'an access token of the app client',
    run: async (flow) => {
      flow.answer = { AuthenticationResult: await issueMachineToken(flow) }
    },
  },
]

async function issueMachineToken({ world, pool, client, grant, changes = {} }: Flow<MachineInput>): Promise<object> {
  if (client === undefined) throw oauthError('invalid_client', 'The app client is missing')
  const now = Math.floor(world.now() / 1000)
  const suppressed = new Set(changes.suppressScopes)
  const scopes = [...new Set([...(grant?.scopes ?? []), ...(changes.addScopes ?? [])])].filter((scope) => !suppressed.has(scope))
  const ExpiresIn = tokenSeconds(client.settings, 'AccessToken')
  const claims = {
    sub: client.id,
    token_use: 'access',
    scope: scopes.join(' '),
    auth_time: now,
    iss: `${world.endpoint()}/${pool.id}`,
    exp: now + ExpiresIn,
    iat: now,
    version: 2,
    jti: createTokenId(),
    client_id: client.id,
  }
  const AccessToken = await world.key.sign(applyChanges(claims, changes.access ?? { add: {}, suppress: [] }, client.id))
  return { AccessToken, ExpiresIn, TokenType: 'Bearer' }
}
