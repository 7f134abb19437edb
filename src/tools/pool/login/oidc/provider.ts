import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { tryParseJson } from '../../../lib/json.ts'
import type { World } from '../../operation.ts'
import { type Route, sendJson } from '../../server.ts'
import { createSigningKey, type SigningKey } from '../../tokens.ts'
import { getCsrfToken, isOwnForm, readForm } from '../browser.ts'
import { type Html, html, redirect, sendPage } from '../html.ts'
import { createExpiring } from '../state.ts'
import { type IdentityClaims, SAMPLE_IDENTITIES } from './identities.ts'

/** The path under which the local identity provider is served. */
export const OIDC_PATH = '/_lifeguard/oidc'

/** The answer of the provider to an authorization code. */
export interface ProviderAnswer {
  readonly tokenResponse: Readonly<Record<string, unknown>>
  readonly claims: IdentityClaims
}

/** A small OpenID Connect provider, on which anybody can sign in as anybody. It stands for the identity providers of a pool. */
export interface OidcProvider {
  readonly route: Route
  /** Exchanges an authorization code. Undefined for one that is unknown, used, expired, or of another redirect URI. */
  readonly exchange: (code: string, redirectUri: string) => Promise<ProviderAnswer | undefined>
}

interface OidcCode {
  readonly clientId: string
  readonly redirectUri: string
  readonly nonce: string | undefined
  readonly claims: IdentityClaims
}

const LOOPBACK_URL = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:\/|$)/
const TOKEN_SECONDS = 3600

/** Creates the provider. It has a key of its own, so that a pool never takes its tokens for tokens of the pool. */
export function createOidcProvider(world: Pick<World, 'now' | 'endpoint'>, key: SigningKey = createSigningKey()): OidcProvider {
  const codes = createExpiring<OidcCode>(world.now, 60_000)
  const people = createExpiring<IdentityClaims>(world.now, TOKEN_SECONDS * 1000)
  const issuer = (): string => `${world.endpoint()}${OIDC_PATH}`

  async function exchange(code: string, redirectUri: string): Promise<ProviderAnswer | undefined> {
    const found = codes.take(code)
    if (found === undefined || found.redirectUri !== redirectUri) return undefined
    const { claims, clientId, nonce } = found
    const iat = Math.floor(world.now() / 1000)
    const own = { iss: issuer(), aud: clientId, iat, exp: iat + TOKEN_SECONDS, ...(nonce !== undefined && { nonce }) }
    const tokenResponse = {
      access_token: people.save(claims),
      id_token: await key.sign({ ...claims, ...own }),
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      scope: 'openid email profile',
    }
    return { tokenResponse, claims }
  }

  async function authorize(request: IncomingMessage, response: ServerResponse, { searchParams }: URL): Promise<void> {
    const redirectUri = searchParams.get('redirect_uri') ?? ''
    if (!LOOPBACK_URL.test(redirectUri)) {
      sendPage(response, { title: 'Sign in as', status: 400, body: html`<p role="alert">The redirect_uri is not on this machine.</p>` })
      return
    }
    const csrf = getCsrfToken(request, response)
    const page = { provider: searchParams.get('provider') ?? 'the identity provider', query: searchParams.toString(), csrf }
    // Chromium applies form-action to the redirects too, and only the pool knows where the last one leads.
    const show = (error?: string): void =>
      sendPage(response, {
        title: 'Sign in as',
        body: renderIdentities(page, error),
        leadsTo: null,
        ...(error !== undefined && { status: 400 }),
      })
    if (request.method !== 'POST') return show()
    const form = await readForm(request)
    if (form === undefined || !isOwnForm(request, form)) return show('The form is too old. Choose again.')
    const state = searchParams.get('state') ?? undefined
    const back = (given: Readonly<Record<string, string>>): void =>
      redirect(response, `${redirectUri}?${new URLSearchParams({ ...given, ...(state !== undefined && { state }) })}`)
    const chosen = form.get('identity') ?? ''
    if (chosen === 'deny') return back({ error: 'access_denied', error_description: 'The user has denied access' })
    const claims = chosen === 'own' ? readOwnClaims(form.get('claims') ?? '') : findSample(chosen)
    if (claims === undefined) return show('The claims must be a JSON object with a text "sub".')
    const nonce = searchParams.get('nonce') ?? undefined
    return back({ code: codes.save({ clientId: searchParams.get('client_id') ?? '', redirectUri, nonce, claims }) })
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request)
    const answer = await exchange(form?.get('code') ?? '', form?.get('redirect_uri') ?? '')
    if (answer === undefined) sendJson(response, 400, { error: 'invalid_grant' })
    else sendJson(response, 200, answer.tokenResponse)
  }

  function describe(): object {
    const at = issuer()
    return {
      issuer: at,
      authorization_endpoint: `${at}/authorize`,
      token_endpoint: `${at}/token`,
      userinfo_endpoint: `${at}/userinfo`,
      jwks_uri: `${at}/jwks.json`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
    }
  }

  return {
    exchange,
    async route(request, response, url) {
      const path = url.pathname.startsWith(`${OIDC_PATH}/`) ? url.pathname.slice(OIDC_PATH.length) : ''
      if (path === '/authorize') await authorize(request, response, url)
      else if (path === '/token' && request.method === 'POST') await token(request, response)
      else if (path === '/userinfo') {
        const claims = people.peek(request.headers.authorization?.replace(/^Bearer /i, '') ?? '')
        sendJson(response, claims === undefined ? 401 : 200, claims ?? { error: 'invalid_token' })
      } else if (path === '/jwks.json') sendJson(response, 200, await key.jwks())
      else if (path === '/.well-known/openid-configuration') sendJson(response, 200, describe())
      else return false
      return true
    },
  }
}

function findSample(name: string): IdentityClaims | undefined {
  return Object.hasOwn(SAMPLE_IDENTITIES, name) ? SAMPLE_IDENTITIES[name]?.claims : undefined
}

function readOwnClaims(text: string): IdentityClaims | undefined {
  const value = tryParseJson(text)
  if (!isObject(value)) return undefined
  const { sub } = value
  return typeof sub === 'string' && sub !== '' ? { ...value, sub } : undefined
}

const EXAMPLE = '{ "sub": "12345", "email": "me@example.com", "email_verified": true }'

function renderIdentities(
  { provider, query, csrf }: { readonly provider: string; readonly query: string; readonly csrf: string },
  error?: string,
): Html {
  const buttons = Object.entries(SAMPLE_IDENTITIES).map(
    ([name, { label }]) => html`<button type="submit" name="identity" value="${name}">${label}</button>`,
  )
  const action = `${OIDC_PATH}/authorize?${query}`
  return html`${error !== undefined && html`<p role="alert">${error}</p>`}
<p>This page stands for ${provider}. It exists only on this machine.</p>
<form method="post" action="${action}">
<input type="hidden" name="_csrf" value="${csrf}">
${buttons}
<button type="submit" name="identity" value="deny">Deny access</button>
</form>
<form method="post" action="${action}">
<input type="hidden" name="_csrf" value="${csrf}">
<label for="claims">Or somebody else, by the claims of the ID token</label>
<textarea id="claims" name="claims" rows="6" required>${EXAMPLE}</textarea>
<button type="submit" name="identity" value="own">Sign in with these claims</button>
</form>`
}
