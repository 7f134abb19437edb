import type { IncomingMessage, ServerResponse } from 'node:http'
import { issueTokens } from '../issue-tokens.ts'
import type { Pool, SsoSession } from '../model.ts'
import type { Flow, World } from '../operation.ts'
import { findUser } from '../store.ts'
import { canReuse, endSsoSession, findSsoSession, ssoSessionMinutes, startSsoSession, touchSsoSession } from '../user-sessions.ts'
import { getUser } from '../users.ts'
import { type AuthorizationRequest, NATIVE, toResponseUrl } from './authorization-request.ts'
import { readCookies, setCookie } from './browser.ts'
import { redirect } from './html.ts'
import { runRow, withSteps } from './run-row.ts'
import { renewSteps } from './sign-in-steps.ts'
import type { LoginState } from './state.ts'

/** A request of a browser to managed login, whose authorization request is valid. */
export interface Visit {
  readonly world: World
  readonly state: LoginState
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly oauth: AuthorizationRequest
}

/** On AWS each pool has a domain. Here the pools share one, so the name of the cookie has the pool. */
function sessionCookie(poolId: string): string {
  return `cognito-${poolId}`
}

function readSessionCookie(request: IncomingMessage, { id }: Pool): string {
  return readCookies(request).get(sessionCookie(id)) ?? ''
}

/** Remembers in the browser that the user has signed in, and sends the browser back to the application. */
export async function grantAccess(visit: Visit, flow: Flow, provider?: string): Promise<void> {
  const { world, request, response, oauth } = visit
  const { pool, client } = oauth
  const signIn = { sub: getUser(flow).sub, clientId: client.id, provider }
  const { cookie, session } = startSsoSession(pool, signIn, world.now(), readSessionCookie(request, pool))
  world.store.onChange()
  setCookie(response, sessionCookie(pool.id), cookie, ssoSessionMinutes(pool) * 60)
  await sendBack(visit, flow, session)
}

/** Sends the browser back with an authorization code, or with the tokens of an implicit grant. */
async function sendBack({ state, response, oauth }: Visit, flow: Flow, { id: ssoSessionId, signedInAt }: SsoSession): Promise<void> {
  const { pool, client, redirectUri, scopes, nonce, challenge, responseType } = oauth
  const { sub } = getUser(flow)
  const authTime = Math.floor(signedInAt / 1000)
  if (responseType === 'code') {
    const own = { poolId: pool.id, clientId: client.id, redirectUri, sub, ssoSessionId }
    const code = { ...own, scopes, nonce, challenge, changes: flow.changes, authTime }
    redirect(response, toResponseUrl(oauth, { code: state.codes.save(code), state: oauth.state }))
    return
  }
  flow.grant = { scopes, nonce, authTime, withRefreshToken: false }
  const { IdToken, AccessToken, ExpiresIn, TokenType } = await issueTokens(flow)
  const tokens = { id_token: IdToken, access_token: AccessToken, expires_in: String(ExpiresIn), token_type: TokenType, state: oauth.state }
  redirect(response, toResponseUrl(oauth, tokens))
}

/** Sends the browser back with an error. The text ends with a space, as Cognito's does. */
export function refuseAccess({ response, oauth }: Visit, message: string, error = 'invalid_request'): void {
  redirect(response, toResponseUrl(oauth, { error_description: `${message} `, state: oauth.state, error }))
}

/** Returns the session of the browser, if the app client may reuse it, and it fits the provider that the request names. */
function findSession({ world, request, oauth }: Visit): SsoSession | undefined {
  const { pool, client } = oauth
  const session = findSsoSession(pool, readSessionCookie(request, pool), world.now())
  if (session === undefined || oauth.prompt === 'login' || !canReuse(pool, client, session, world.now())) return undefined
  return oauth.provider === undefined || oauth.provider === (session.provider ?? NATIVE) ? session : undefined
}

/**
 * Repeats the sign-in of the browser's session. Returns false without one.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
 */
export async function renewAccess(visit: Visit): Promise<boolean> {
  const { world, oauth } = visit
  const { pool, client, scopes, nonce } = oauth
  const session = findSession(visit)
  const user = session && findUser(pool, session.sub)
  if (session === undefined || user === undefined) return false
  const { flow, error } = await runRow(world, {
    row: '/oauth2/authorize',
    caller: { pool, client },
    input: Object.fromEntries(new URLSearchParams(oauth.query)),
    given: { user, grant: { scopes, nonce } },
    run: withSteps(renewSteps, {}),
  })
  if (error !== undefined || flow === undefined) refuseAccess(visit, error?.message ?? '')
  else {
    touchSsoSession(pool, session.id, world.now())
    world.store.onChange()
    await sendBack(visit, flow, session)
  }
  return true
}

/** Forgets the session of the browser. */
export function endSession({ world, request, response }: Pick<Visit, 'world' | 'request' | 'response'>, pool: Pool): void {
  endSsoSession(pool, readSessionCookie(request, pool))
  world.store.onChange()
  setCookie(response, sessionCookie(pool.id), '', 0)
}
