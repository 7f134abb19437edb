import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../local/read-body.ts'
import { isSame } from '../authorise.ts'
import { MAX_BODY_BYTES } from '../server.ts'

const CSRF_COOKIE = 'XSRF-TOKEN'
const CSRF_TOKEN = /^[\w-]{32}$/

/** Reads the cookies of a request. The first one of a name wins. */
export function readCookies({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return new Map(pairs.toReversed().map(([name = '', ...value]) => [name, value.join('=')]))
}

/** Adds a cookie that no script can read, and that another site's form does not send. */
export function setCookie(response: ServerResponse, name: string, value: string, maxAge?: number): void {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  response.appendHeader('set-cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${age}`)
}

/** Returns the URL of the server as the browser sees it. */
export function ownOrigin({ headers, socket }: IncomingMessage): string {
  return `${'encrypted' in socket ? 'https' : 'http'}://${headers.host ?? ''}`
}

/** Returns the token that ties forms to a browser. Sets its cookie if the browser has none. */
export function getCsrfToken(request: IncomingMessage, response: ServerResponse): string {
  const known = readCookies(request).get(CSRF_COOKIE) ?? ''
  if (CSRF_TOKEN.test(known)) return known
  const token = randomBytes(24).toString('base64url')
  setCookie(response, CSRF_COOKIE, token)
  return token
}

/** Returns the token of a browser. Empty if it has none. */
export function readCsrfToken(request: IncomingMessage): string {
  const known = readCookies(request).get(CSRF_COOKIE) ?? ''
  return CSRF_TOKEN.test(known) ? known : ''
}

/** Returns true if a form was sent by a page of this server, in the browser that has the page. */
export function isOwnForm(request: IncomingMessage, form: URLSearchParams): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== ownOrigin(request)) return false
  if (site !== undefined && site !== 'same-origin') return false
  const token = readCsrfToken(request)
  return token !== '' && isSame(token, form.get('_csrf') ?? '')
}

/** Reads the fields of a form. Undefined if the body is not a form, or is too long. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const text = await readBody(request, MAX_BODY_BYTES)
  const isForm = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  return text !== undefined && isForm ? new URLSearchParams(text) : undefined
}
