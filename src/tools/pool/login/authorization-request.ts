import { CognitoError } from '../errors.ts'
import type { AppClient, Pool, Registered } from '../model.ts'
import type { World } from '../operation.ts'
import { getClient } from '../store.ts'

/** The name of the provider that stands for the users of the pool itself. */
export const NATIVE = 'COGNITO'

const MAX_SCOPES = 50
const NEEDS_OPENID = ['profile', 'email', 'phone']
const CODE_CHALLENGE = /^[\w.~-]{43,128}$/

/** A valid request for the tokens of a user. */
export interface AuthorizationRequest {
  readonly pool: Pool
  readonly client: AppClient
  readonly redirectUri: string
  readonly responseType: 'code' | 'token'
  readonly scopes: readonly string[]
  readonly state: string | undefined
  readonly nonce: string | undefined
  /** The code challenge of PKCE. */
  readonly challenge: string | undefined
  /** The provider that the request names. */
  readonly provider: string | undefined
  readonly prompt: string | undefined
  readonly loginHint: string | undefined
  /** The whole query, for the links between the pages. */
  readonly query: string
}

/** A request that was read: a valid one, an error for a page, or an error that the application gets. */
export type ReadRequest =
  | { readonly kind: 'valid'; readonly request: AuthorizationRequest }
  | { readonly kind: 'page'; readonly message: string }
  | { readonly kind: 'redirect'; readonly location: string }

/**
 * Reads the query of `/oauth2/authorize`, and of each page. The application gets an error only if it is known and owns the redirect URI.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
 */
export function readAuthorizationRequest(world: World, query: URLSearchParams): ReadRequest {
  const page = (message: string): ReadRequest => ({ kind: 'page', message })
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1)
  if (repeated !== undefined) return page(`The parameter ${repeated} is given twice.`)
  const found = findClient(world, query.get('client_id') ?? '')
  if (found === undefined) return page('Client does not exist.')
  const { pool, client } = found
  const { settings } = client
  const redirectUri = query.get('redirect_uri') ?? settings.DefaultRedirectURI ?? ''
  if (!settings.AllowedOAuthFlowsUserPoolClient) return page('Client is not enabled for OAuth2.0 flows.')
  if (redirectUri === '') return page('Required String parameter redirect_uri is not present.')
  if (!settings.CallbackURLs.includes(redirectUri) || !URL.canParse(redirectUri))
    return page(`redirect_mismatch: ${redirectUri} is not a callback URL of the app client.`)

  const state = query.get('state') ?? undefined
  const responseType = readResponseType(query.get('response_type'))
  const refuse = (error: string, description?: string): ReadRequest => ({
    kind: 'redirect',
    location: toResponseUrl({ redirectUri, responseType: responseType ?? 'code' }, { error_description: description, state, error }),
  })
  if (responseType === undefined) return refuse('invalid_request', 'response_type must be code or token')
  if (!settings.AllowedOAuthFlows.includes(responseType === 'code' ? 'code' : 'implicit')) return refuse('unauthorized_client')
  const challenge = query.get('code_challenge') ?? undefined
  const method = query.get('code_challenge_method') ?? undefined
  if (method !== undefined && method !== 'S256') return refuse('invalid_request', 'code_challenge_method must be S256')
  if ((challenge === undefined) !== (method === undefined)) return refuse('invalid_request', 'code_challenge and its method go together')
  if (challenge !== undefined && !CODE_CHALLENGE.test(challenge)) return refuse('invalid_request', 'code_challenge is not valid')
  const scopes = readScopes(query.get('scope'), settings.AllowedOAuthScopes)
  if (scopes === undefined) return refuse('invalid_scope')
  const provider = readProvider(found, query)
  if (provider === null) return page('Login option is not available. Please try another one.')
  const optional = (name: string): string | undefined => query.get(name) ?? undefined
  const own = { redirectUri, responseType, scopes, state, challenge, provider, query: query.toString() }
  const given = { nonce: optional('nonce'), prompt: optional('prompt'), loginHint: optional('login_hint') }
  return { kind: 'valid', request: { pool, client, ...own, ...given } }
}

function readResponseType(text: string | null): 'code' | 'token' | undefined {
  return text === 'code' || text === 'token' ? text : undefined
}

function findClient(world: World, clientId: string): { readonly pool: Pool; readonly client: AppClient } | undefined {
  try {
    return getClient(world.store, clientId)
  } catch (error) {
    if (error instanceof CognitoError) return undefined
    throw error
  }
}

/** Returns the scopes, by default all of the app client. Undefined if one is not allowed. */
export function readScopes(text: string | null, allowed: readonly string[]): readonly string[] | undefined {
  const wanted = (text ?? '').split(' ').filter((scope) => scope !== '')
  const scopes = wanted.length === 0 ? allowed : [...new Set(wanted)]
  if (scopes.length > MAX_SCOPES || scopes.some((scope) => !allowed.includes(scope))) return undefined
  if (!scopes.includes('openid') && scopes.some((scope) => NEEDS_OPENID.includes(scope))) return undefined
  return scopes
}

/** Returns the provider that a request names. Undefined if it names none, null if the app client cannot use it. */
function readProvider(found: { readonly pool: Pool; readonly client: AppClient }, query: URLSearchParams): string | null | undefined {
  const name = query.get('identity_provider')
  const identifier = query.get('idp_identifier')
  if (name === null && identifier === null) return undefined
  const all = listProviders(found)
  if (name !== null) return all.includes(name) ? name : null
  return all.find((each) => listIdentifiers(found.pool.providers.get(each)).includes(identifier)) ?? null
}

function listIdentifiers(provider: Registered | undefined): readonly unknown[] {
  return Array.isArray(provider?.IdpIdentifiers) ? provider.IdpIdentifiers : []
}

/** Lists the providers of an app client, with {@link NATIVE} for the users of the pool. A client without a list has the pool's users. */
export function listProviders({ pool, client }: { readonly pool: Pool; readonly client: AppClient }): readonly string[] {
  const { SupportedIdentityProviders: named } = client.settings
  if (named.length === 0) return [NATIVE]
  return named.filter((name) => name === NATIVE || pool.providers.has(name))
}

/** Returns the URL with which the browser goes back to the application. */
export function toResponseUrl(
  { redirectUri, responseType }: { readonly redirectUri: string; readonly responseType: 'code' | 'token' },
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const text = new URLSearchParams(given).toString()
  const separator = responseType === 'token' ? '#' : redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${text}`
}
