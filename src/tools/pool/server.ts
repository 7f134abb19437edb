import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { isObject } from '../../shared/rules/invocation.ts'
import { isTooDeep, tryParseJson } from '../lib/json.ts'
import { readBody } from '../local/read-body.ts'
import { handleRequest } from './handle-request.ts'
import { answerInbox } from './inbox-page.ts'
import type { JournalEntry } from './journal.ts'
import type { World } from './operation.ts'

const TARGET = 'AWSCognitoIdentityProviderService.'
const AMZ_JSON = 'application/x-amz-json-1.1'
const KEEP_ALIVE_MS = 65_000
/** The maximum size of a request's body. */
export const MAX_BODY_BYTES: number = 1024 * 1024
// The names under which a browser or a client on this machine may call the pool. Any other Host is DNS rebinding.
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/
// The headers that clients send, and the one with the error that they read.
const ALLOWED_HEADERS =
  'x-amz-target, x-amz-user-agent, content-type, authorization, cache-control, amz-sdk-invocation-id, amz-sdk-request, x-amz-date, x-amz-security-token, x-amz-content-sha256'

/** Answers a request that is not for the API. Returns false if the path is unknown. */
export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>

/** A certificate and its private key, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/**
 * Creates the HTTP server of the pools.
 *
 * @param routes The routes besides the API, such as those of managed login.
 * @param tls The certificate of a server with HTTPS.
 */
export function createPoolServer(world: World, routes: readonly Route[] = [], tls?: Certificate): Server {
  const listener: RequestListener = (request, response) => {
    answer(world, routes, request, response)
      // The client disconnected.
      .catch(() => response.destroy())
  }
  // A request without a Host header gets the pool's own error.
  const options = { requireHostHeader: false }
  const server = tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener)
  // By default, Node.js closes idle connections after 5 s, and a request that a client sends at that moment fails.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return server.on('clientError', (_error, socket) => refuseMalformed(socket))
}

/** Answers bytes that are not HTTP, and a request that ends before its body does. */
function refuseMalformed(socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ __type: 'SerializationException', message: 'The request is not valid HTTP, or it ends too early' })
  const type = 'x-amzn-errortype: SerializationException:'
  socket.end(`HTTP/1.1 400 Bad Request\r\n${type}\r\ncontent-type: ${AMZ_JSON}\r\nconnection: close\r\n\r\n${body}`)
}

async function answer(world: World, routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host = '', origin } = request.headers
  if (!LOOPBACK.test(host) || !isOwnOrigin(origin))
    return sendError(response, 'ForbiddenException', 'The local pool answers only this machine: localhost and 127.0.0.1.', 403)
  if (origin !== undefined) {
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-expose-headers', 'x-amzn-errortype, x-amzn-requestid, x-amzn-errormessage')
    response.setHeader('vary', 'origin')
  }
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, POST')
    response.setHeader('access-control-allow-headers', ALLOWED_HEADERS)
    response.setHeader('access-control-max-age', '600')
    response.writeHead(204).end()
    return
  }
  const url = URL.parse(`http://${host}${request.url}`)
  if (url === null) return sendError(response, 'NotFoundException', 'The path is not valid', 404)
  if (request.method === 'POST' && url.pathname === '/') return answerApi(world, request, response)
  if (await answerWellKnown(world, response, url)) return
  if (await answerOwnPages(world, request, response, url)) return
  for (const route of routes) if (await route(request, response, url)) return
  sendError(response, 'NotFoundException', 'Not found', 404)
}

/** A page of another machine must not call the pool. A page of this machine may, under any port. */
function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true
  const [, host = ''] = /^https?:\/\/(.+)$/.exec(origin) ?? []
  return LOOPBACK.test(host)
}

async function answerApi(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readBody(request, MAX_BODY_BYTES)
  const target = request.headers['x-amz-target']
  const name = typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : undefined
  const input = text === undefined ? undefined : tryParseJson(text || '{}')
  response.setHeader('x-amzn-requestid', randomUUID())
  if (text === undefined)
    return sendError(response, 'RequestEntityTooLargeException', `The request is longer than ${MAX_BODY_BYTES} bytes`, 413)
  if (name === undefined) return sendError(response, 'UnknownOperationException', 'The header x-amz-target does not name an operation')
  if (!isObject(input) || isTooDeep(input))
    return sendError(response, 'SerializationException', 'The body is not a JSON object, or it is nested too deeply')
  const { status, body, error } = await handleRequest(world, name, input, request.headers.authorization)
  if (error !== undefined) response.setHeader('x-amzn-errortype', `${error}:`)
  sendJson(response, status, body, AMZ_JSON)
}

function sendError(response: ServerResponse, type: string, message: string, status = 400): void {
  response.setHeader('x-amzn-errortype', `${type}:`)
  sendJson(response, status, { __type: type, message }, AMZ_JSON)
}

/** Sends a value as JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(JSON.stringify(body))
}

/** Answers the key set and the OpenID configuration of a pool. */
async function answerWellKnown(world: World, response: ServerResponse, { pathname }: URL): Promise<boolean> {
  const [, id = '', file] = /^\/([\w-]+)\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(pathname) ?? []
  if (file === undefined || !world.store.pools.has(id)) return false
  const endpoint = world.endpoint()
  const configuration = {
    issuer: `${endpoint}/${id}`,
    jwks_uri: `${endpoint}/${id}/.well-known/jwks.json`,
    authorization_endpoint: `${endpoint}/oauth2/authorize`,
    token_endpoint: `${endpoint}/oauth2/token`,
    userinfo_endpoint: `${endpoint}/oauth2/userInfo`,
    revocation_endpoint: `${endpoint}/oauth2/revoke`,
    end_session_endpoint: `${endpoint}/logout`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
  sendJson(response, 200, file === 'jwks.json' ? await world.key.jwks() : configuration)
  return true
}

/** Answers the journal and the inbox. */
async function answerOwnPages(world: World, request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
  const { pathname, searchParams } = url
  if (pathname === '/_lifeguard/journal') {
    if (request.headers.accept?.includes('text/event-stream')) followJournal(world, response)
    else sendJson(response, 200, world.journal.entries())
    return true
  }
  if (pathname !== '/_lifeguard/inbox') return false
  answerInbox(world.inbox, request, response, searchParams.get('to'))
  return true
}

/** Sends each new entry as a server-sent event, after those that exist. */
function followJournal({ journal }: World, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' })
  const send = (entry: JournalEntry): void => void response.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`)
  for (const entry of journal.entries()) send(entry)
  response.on('close', journal.follow(send))
}
