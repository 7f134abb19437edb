import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../../shared/rules/invocation.ts'
import { tryParseJson } from '../../lib/json.ts'
import { readAccessToken } from '../authorise.ts'
import { CognitoError } from '../errors.ts'
import { toIdClaims } from '../issue-tokens.ts'
import type { World } from '../operation.ts'
import { RevokeToken } from '../operations/refresh.ts'
import { sendJson } from '../server.ts'
import { readForm } from './browser.ts'
import { authenticateClient, oauthError } from './client-authentication.ts'
import { type LoginCaller, type LoginRow, runRow, withOperation, withSteps } from './run-row.ts'
import type { LoginState } from './state.ts'
import { codeSteps, machineSteps, refreshSteps } from './token-steps.ts'

const TOKEN_PATH = '/oauth2/token'
// All other errors of the API, such as that of a function, become invalid_grant.
const OAUTH_ERRORS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
])
const LAMBDA_ERRORS = new Set(['UserLambdaValidationException', 'UnexpectedLambdaException', 'InvalidLambdaResponseException'])

/** Answers `/oauth2/token`. */
export async function answerToken(world: World, state: LoginState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const form = await readForm(request)
    if (form === undefined) throw oauthError('invalid_request', 'The body is not a form')
    const repeated = [...form.keys()].find((name) => form.getAll(name).length > 1)
    if (repeated !== undefined) throw oauthError('invalid_request', `The parameter ${repeated} is given twice`)
    const caller = authenticateClient(world, request.headers, form)
    const { flow, error } = await runRow(world, toRow(state, caller, form))
    if (error !== undefined) throw error
    const { AccessToken, IdToken, RefreshToken, ExpiresIn, TokenType } = Object(flow?.answer.AuthenticationResult)
    const tokens = {
      id_token: IdToken,
      access_token: AccessToken,
      refresh_token: RefreshToken,
      expires_in: ExpiresIn,
      token_type: TokenType,
    }
    sendJson(response, 200, tokens)
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error
    sendOAuthError(response, error)
  }
}

function sendOAuthError(response: ServerResponse, { type, message, status }: CognitoError): void {
  const description = LAMBDA_ERRORS.has(type) ? { error_description: message } : {}
  const body = { error: OAUTH_ERRORS.has(type) ? type : 'invalid_grant', ...description }
  sendJson(response, status, status >= 500 ? { error: 'server_error' } : body)
}

function toRow(state: LoginState, caller: LoginCaller, form: URLSearchParams): LoginRow {
  const grant = form.get('grant_type')
  const base = { row: `${TOKEN_PATH} ${grant}`, caller, input: Object.fromEntries(form) }
  if (grant === 'authorization_code') {
    const key = form.get('code')
    if (key === null) throw oauthError('invalid_request', 'The code is missing')
    const found = state.codes.peek(key)
    // A code of another app client stays. This request does not prove that it is the code's own.
    const code = found?.clientId === caller.client?.id ? state.codes.take(key) : undefined
    const given = { code, redirectUri: form.get('redirect_uri') ?? undefined, verifier: form.get('code_verifier') ?? undefined }
    return { ...base, run: withSteps(codeSteps, given) }
  }
  if (grant === 'refresh_token') {
    const refreshToken = form.get('refresh_token')
    if (refreshToken === null) throw oauthError('invalid_request', 'The refresh_token is missing')
    return { ...base, run: withSteps(refreshSteps, { refreshToken }) }
  }
  if (grant !== 'client_credentials') throw oauthError('unsupported_grant_type', `The grant ${grant} does not exist`)
  const clientMetadata = readMetadata(form.get('aws_client_metadata'))
  return { ...base, given: { clientMetadata }, run: withSteps(machineSteps, { scope: form.get('scope') }) }
}

/** Reads the metadata for the function: a JSON object with text values. */
function readMetadata(text: string | null): Readonly<Record<string, string>> | undefined {
  if (text === null) return undefined
  const value = tryParseJson(text)
  const entries = isObject(value) ? Object.entries(value) : undefined
  if (entries === undefined) throw oauthError('invalid_request', 'aws_client_metadata is not a JSON object')
  return Object.fromEntries(
    entries.map(([name, each]) => {
      if (typeof each !== 'string') throw oauthError('invalid_request', 'A value of aws_client_metadata is not a text')
      return [name, each]
    }),
  )
}

/** Answers `/oauth2/userInfo`: the attributes of the user that the scopes of the access token show. */
export async function answerUserInfo(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  try {
    if (token === undefined) throw oauthError('invalid_request', 'The access token is missing')
    const { user, client, claims } = await readAccessToken(world, token, 'openid')
    if (user === undefined || client === undefined) throw oauthError('invalid_token', 'The token has no user')
    const shown = toIdClaims(user, client, String(claims?.scope).split(' '))
    const texts = Object.entries(shown).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
    sendJson(response, 200, { ...Object.fromEntries(texts), username: user.username })
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error
    const name = error.type === 'invalid_request' ? 'invalid_request' : 'invalid_token'
    response.setHeader('www-authenticate', `Bearer error="${name}"`)
    sendJson(response, name === 'invalid_request' ? 400 : 401, { error: name, error_description: error.message })
  }
}

/** Answers `/oauth2/revoke`. */
export async function answerRevoke(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const form = await readForm(request)
    const Token = form?.get('token') ?? ''
    if (form === undefined || Token === '') throw oauthError('invalid_request', 'The token is missing')
    const caller = authenticateClient(world, request.headers, form)
    const input = { ClientId: caller.client.id, Token }
    const { error } = await runRow(world, { row: '/oauth2/revoke', caller, input, run: withOperation(RevokeToken, input) })
    if (error?.type === 'UnsupportedOperationException') throw oauthError('invalid_request', error.message)
    if (error !== undefined) throw oauthError('unauthorized_client', error.message)
    response.writeHead(200, { 'cache-control': 'no-store' }).end()
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error
    sendOAuthError(response, error)
  }
}
