import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registered } from '../model.ts'
import type { World } from '../operation.ts'
import { findLinked } from '../operations/admin-users.ts'
import { readAuthorizationRequest } from './authorization-request.ts'
import { getCsrfToken, ownOrigin, readCsrfToken } from './browser.ts'
import { type FederatedInput, firstSteps, laterSteps } from './federated-steps.ts'
import { grantAccess, refuseAccess, type Visit } from './grant.ts'
import { redirect, sendError } from './html.ts'
import { OIDC_PATH, type OidcProvider, type ProviderAnswer } from './oidc/provider.ts'
import { runRow, withSteps } from './run-row.ts'
import type { LoginState } from './state.ts'

const RESPONSE_PATH = '/oauth2/idpresponse'

/** Sends the browser to the identity provider. The local one stands for every provider of the pool. */
export function startFederation(visit: Visit, provider: string): void {
  const { state, request, response, oauth } = visit
  const csrf = getCsrfToken(request, response)
  const redirectUri = `${ownOrigin(request)}${RESPONSE_PATH}`
  const nonce = randomUUID()
  const key = state.attempts.save({ query: oauth.query, provider, nonce, redirectUri, csrf })
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: readDetail(oauth.pool.providers.get(provider), 'client_id') ?? 'local-pool',
    redirect_uri: redirectUri,
    scope: readDetail(oauth.pool.providers.get(provider), 'authorize_scopes') ?? 'openid email profile',
    state: key,
    nonce,
    provider,
  })
  redirect(response, `${OIDC_PATH}/authorize?${query}`)
}

function readDetail(provider: Registered | undefined, name: string): string | undefined {
  const value: unknown = Object(provider?.ProviderDetails)[name]
  return typeof value === 'string' ? value : undefined
}

/** The parts of the server that the response of a provider needs. */
export interface FederationContext {
  readonly world: World
  readonly state: LoginState
  readonly provider: OidcProvider
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Answers the browser that comes back from the provider. */
export async function endFederation(context: FederationContext, query: URLSearchParams): Promise<void> {
  const { world, state, provider, request, response } = context
  const attempt = state.attempts.take(query.get('state') ?? '')
  // Without this check, another site could sign a browser in as a person of its choice.
  if (attempt === undefined || attempt.csrf !== readCsrfToken(request)) return sendError(response, 'Invalid state parameter.')
  const read = readAuthorizationRequest(world, new URLSearchParams(attempt.query))
  if (read.kind !== 'valid') return sendError(response, 'The settings of the app client have changed. Start again.')
  const visit: Visit = { world, state, request, response, oauth: read.request }
  const error = query.get('error')
  if (error !== null) return refuseAccess(visit, query.get('error_description') ?? error, error)
  const answer = await provider.exchange(query.get('code') ?? '', attempt.redirectUri)
  if (answer === undefined) return refuseAccess(visit, 'Exception processing authorization code')
  return finishFederation(visit, attempt.provider, answer)
}

async function finishFederation(visit: Visit, providerName: string, answer: ProviderAnswer): Promise<void> {
  const { world, oauth } = visit
  const { pool, client, scopes, nonce } = oauth
  const input = toInput(client.id, providerName, pool.providers.get(providerName), answer)
  const isKnown = findLinked({ pool }, providerName, input.subject) !== undefined
  const { flow, error } = await runRow(world, {
    row: `${RESPONSE_PATH} ${isKnown ? 'later' : 'first'} sign-in`,
    caller: { pool, client },
    input: { ...input },
    given: { grant: { scopes, nonce } },
    run: withSteps(isKnown ? laterSteps : firstSteps, input),
  })
  if (error !== undefined || flow === undefined) refuseAccess(visit, error?.message ?? '')
  else await grantAccess(visit, flow, providerName)
}

// The names of the claims with which these providers name a user.
const SUBJECT_CLAIMS: Readonly<Record<string, string>> = { Facebook: 'id', LoginWithAmazon: 'user_id' }

/** Describes the answer of the provider as one of its type gives it. */
function toInput(
  ClientId: string,
  providerName: string,
  provider: Registered | undefined,
  { tokenResponse, claims }: ProviderAnswer,
): FederatedInput {
  const providerType = typeof provider?.ProviderType === 'string' ? provider.ProviderType : 'OIDC'
  const { sub: subject, ...rest } = claims
  const texts = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, toClaimText(value, providerType)]))
  const named = { [SUBJECT_CLAIMS[providerType] ?? 'sub']: subject, ...texts }
  const common = { ClientId, providerName, providerType, subject, mapping: readMapping(provider) }
  const tokens: Readonly<Record<string, unknown>> = { ...tokenResponse, expires_in: String(tokenResponse.expires_in) }
  const { id_token: _, ...withoutIdToken } = tokens
  if (providerType === 'SAML') return { ...common, attributes: { samlResponse: texts }, claims: texts }
  if (providerType in SUBJECT_CLAIMS) return { ...common, attributes: { tokenResponse: withoutIdToken, userInfo: named }, claims: named }
  const hasUserInfo = providerType !== 'SignInWithApple'
  return { ...common, attributes: { tokenResponse: tokens, idToken: named, ...(hasUserInfo && { userInfo: named }) }, claims: named }
}

/** Simple values are text. SAML has no lists, so Cognito joins them. */
function toClaimText(value: unknown, providerType: string): unknown {
  if (Array.isArray(value) && providerType === 'SAML') return value.join(',')
  return typeof value === 'object' ? value : String(value)
}

function readMapping(provider: Registered | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(Object(provider?.AttributeMapping)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries)
}
