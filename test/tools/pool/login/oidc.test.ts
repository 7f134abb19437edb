import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBrowser, readClaims, startLogin, type TestLogin, type Visited } from '../../../support/managed-login.ts'

// The application that uses the provider by itself, without a pool.
const APPLICATION = 'http://localhost:9/own'
let login: TestLogin
beforeAll(async () => {
  login = await startLogin()
})
afterAll(() => login.pools.stop())

const at = (path: string): string => `${login.pools.endpoint}/_lifeguard/oidc${path}`
const authorizeUrl = (more: Readonly<Record<string, string>> = {}): string =>
  at(`/authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: APPLICATION, state: 's', nonce: 'n', ...more })}`)

async function readJson(response: Response): Promise<Record<string, unknown>> {
  return JSON.parse(await response.text())
}

async function choose(fields: Readonly<Record<string, string>>): Promise<Visited> {
  const browser = createBrowser()
  return browser.submit(await browser.open(authorizeUrl()), fields)
}

async function exchange(back: Visited, redirectUri: string = APPLICATION): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: back.location?.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
  })
  return fetch(at('/token'), { method: 'POST', body })
}

it('describes itself, and signs its ID tokens with the key that it publishes', async () => {
  const configuration = await readJson(await fetch(at('/.well-known/openid-configuration')))
  const { keys } = await readJson(await fetch(String(configuration.jwks_uri)))

  const { id_token: token } = await readJson(await exchange(await choose({ identity: 'anna' })))

  const [header = '', payload = '', signature = ''] = String(token).split('.')
  const key = createPublicKey({ key: Object(keys)[0], format: 'jwk' })
  expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  expect(readClaims(token)).toMatchObject({
    iss: configuration.issuer,
    aud: 'app',
    nonce: 'n',
    email: 'anna@example.com',
    email_verified: true,
  })
})

it('shows the claims of an access token', async () => {
  const { access_token: token } = await readJson(await exchange(await choose({ identity: 'kim' })))

  const answer = await fetch(at('/userinfo'), { headers: { authorization: `Bearer ${token}` } })
  const other = await fetch(at('/userinfo'), { headers: { authorization: 'Bearer x' } })

  expect(await answer.json()).toEqual({ sub: 'G-4815', name: 'Kim Sato', given_name: 'Kim' })
  expect(other.status).toBe(401)
})

it('signs in anybody whose claims have a sub', async () => {
  const back = await choose({ identity: 'own', claims: '{"sub":"1","iss":"https://elsewhere.example","aud":"x"}' })
  const answers = await Promise.all(['{', '[]', '{"sub":1}', '{"sub":""}'].map((claims) => choose({ identity: 'own', claims })))
  const unknown = await choose({ identity: 'constructor' })

  const { id_token: token } = await readJson(await exchange(back))

  expect(readClaims(token)).toMatchObject({ sub: '1', iss: at(''), aud: 'app' })
  for (const page of [...answers, unknown]) {
    expect(page.status).toBe(400)
    expect(page.text).toContain('The claims must be a JSON object')
  }
})

it('takes a code once, and only for its redirect URI', async () => {
  const back = await choose({ identity: 'anna' })
  const first = await exchange(back)
  const second = await exchange(back)
  const other = await exchange(await choose({ identity: 'anna' }), 'http://localhost:9/other')

  expect([first.status, second.status, other.status]).toEqual([200, 400, 400])
})

it('never redirects to another machine', async () => {
  const urls = [
    'https://attacker.example/',
    'http://localhost.attacker.example/',
    'http://localhost@attacker.example/',
    'javascript:alert(1)',
  ]

  const pages = await Promise.all(urls.map((url) => createBrowser().open(authorizeUrl({ redirect_uri: url }))))

  expect(pages.map(({ status }) => status)).toEqual([400, 400, 400, 400])
})

it('refuses a form that its page did not send', async () => {
  const answer = await fetch(authorizeUrl(), { method: 'POST', body: new URLSearchParams({ identity: 'anna' }), redirect: 'manual' })

  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('The form is too old. Choose again.')
})

it('answers no other path', async () => {
  expect((await fetch(at('/other'))).status).toBe(404)
})
