import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from '../operation.ts'
import type { Route } from '../server.ts'
import { type AuthorizationRequest, listProviders, NATIVE, readAuthorizationRequest } from './authorization-request.ts'
import { getCsrfToken, isOwnForm, readForm } from './browser.ts'
import { endFederation, startFederation } from './federation.ts'
import { endSession, refuseAccess, renewAccess, type Visit } from './grant.ts'
import { redirect, sendError } from './html.ts'
import { answerRevoke, answerToken, answerUserInfo } from './oauth-endpoints.ts'
import { createOidcProvider } from './oidc/provider.ts'
import { NOTICES, PAGES } from './pages.ts'
import { createLoginState, type LoginState } from './state.ts'
import { type LoginPage, showPage, toPage } from './visit.ts'

/** Creates the routes of managed login: its pages, its OAuth endpoints, and the local identity provider. */
export function createLoginRoutes(world: World): readonly Route[] {
  const state = createLoginState(world.now)
  const provider = createOidcProvider(world)
  const route: Route = async (request, response, { pathname, searchParams }) => {
    const page = PAGES.get(pathname)
    const isPost = request.method === 'POST'
    if (page !== undefined) await withRequest({ world, state, request, response }, searchParams, (oauth) => answerPage(oauth, page))
    else if (pathname === '/oauth2/authorize') await withRequest({ world, state, request, response }, searchParams, authorize)
    else if (pathname === '/oauth2/idpresponse') await endFederation({ world, state, provider, request, response }, searchParams)
    else if (pathname === '/oauth2/token' && isPost) await answerToken(world, state, request, response)
    else if (pathname === '/oauth2/userInfo') await answerUserInfo(world, request, response)
    else if (pathname === '/oauth2/revoke' && isPost) await answerRevoke(world, request, response)
    else if (pathname === '/logout') logout({ world, state, request, response }, searchParams)
    else return false
    return true
  }
  return [route, provider.route]
}

interface Exchange {
  readonly world: World
  readonly state: LoginState
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Reads the authorization request of a URL. Answers its error, or calls `run`. */
async function withRequest(exchange: Exchange, query: URLSearchParams, run: (visit: Visit) => Promise<void>): Promise<void> {
  const read = readAuthorizationRequest(exchange.world, query)
  if (read.kind === 'page') return sendError(exchange.response, read.message)
  if (read.kind === 'redirect') return redirect(exchange.response, read.location)
  return run({ ...exchange, oauth: read.request })
}

/** Answers `/oauth2/authorize`: by the session of the browser, by the provider that the request names, or by the page for the sign-in. */
async function authorize(visit: Visit): Promise<void> {
  const { oauth, response } = visit
  if (await renewAccess(visit)) return
  if (oauth.prompt === 'none') return refuseAccess(visit, 'The user must sign in.', 'login_required')
  const provider = chooseProvider(oauth)
  if (provider === undefined || provider === NATIVE) return redirect(response, toPage('/login', visit))
  return startFederation(visit, provider)
}

/** Returns the provider of a request: the one that it names, or the only one of the app client. */
function chooseProvider(oauth: AuthorizationRequest): string | undefined {
  const [only, ...others] = listProviders(oauth)
  return oauth.provider ?? (others.length === 0 ? only : undefined)
}

/** Shows a page, or handles its form. */
async function answerPage(visit: Visit, page: LoginPage): Promise<void> {
  const { request, response, oauth } = visit
  const query = new URLSearchParams(oauth.query)
  const notice = NOTICES.get(query.get('notice') ?? '')
  const csrf = getCsrfToken(request, response)
  const at = { ...visit, csrf, notes: { notice, userName: query.get('username') ?? oauth.loginHint } }
  if (request.method !== 'POST') return showPage(at, page)
  const form = await readForm(request)
  if (form === undefined || !isOwnForm(request, form))
    return sendError(response, 'The form was not sent by this page. Go back and try again.', 403)
  return page.submit(at, form)
}

/**
 * Ends the session of the browser, and sends it to the app client's page, or to a new sign-in.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
function logout(exchange: Exchange, query: URLSearchParams): void {
  const { world, response } = exchange
  const clientId = query.get('client_id') ?? ''
  const uri = query.get('logout_uri')
  const pool = [...world.store.pools.values()].find(({ clients }) => clients.has(clientId))
  const urls = pool?.clients.get(clientId)?.settings.LogoutURLs
  if (pool === undefined || urls === undefined) sendError(response, 'Client does not exist.')
  else if (uri === null && !query.has('redirect_uri')) sendError(response, 'Required String parameter logout_uri is not present.')
  else if (uri !== null && !urls.includes(uri)) sendError(response, `Invalid logout_uri: ${uri} is not a sign-out URL of the app client.`)
  else {
    endSession(exchange, pool)
    redirect(response, uri ?? `/login?${query}`)
  }
}
