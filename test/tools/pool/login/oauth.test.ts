import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CALLBACK, createBrowser, createPkce, PASSWORD, readClaims, startLogin, type TestLogin } from '../../../support/managed-login.ts'

let now = Date.now()
let login: TestLogin

beforeAll(async () => {
  login = await startLogin({ now: () => now })
  login.addUser('anna')
})
afterAll(() => login.pools.stop())
beforeEach(() => {
  login.client.settings = { ...login.client.settings, RefreshTokenRotation: { Feature: 'DISABLED', RetryGracePeriodSeconds: 0 } }
})

async function getCode(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const browser = createBrowser()
  const back = await browser.submit(await browser.open(login.authorizeUrl(more)), { username: 'anna', password: PASSWORD })
  return back.location?.searchParams.get('code') ?? ''
}

async function exchange(
  code: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const form = { grant_type: 'authorization_code', client_id: login.client.id, redirect_uri: CALLBACK, code, ...more }
  const answer = await login.post('/oauth2/token', form)
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

async function refresh(token: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  return exchange('', { grant_type: 'refresh_token', refresh_token: String(token) })
}

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

describe('/oauth2/authorize', () => {
  it.each([
    ['an unknown app client', { client_id: 'nobody' }, 'Client does not exist.'],
    ['a redirect URI that is longer than a callback URL', { redirect_uri: `${CALLBACK}/more` }, 'redirect_mismatch'],
    ['a redirect URI of another host', { redirect_uri: 'https://attacker.example/callback' }, 'redirect_mismatch'],
    ['a provider that the app client lacks', { identity_provider: 'Okta' }, 'Login option is not available.'],
  ])('shows a page for %s, and never redirects', async (_, more, text) => {
    const page = await createBrowser().open(login.authorizeUrl(more))

    expect(page.status).toBe(400)
    expect(page.location).toBeUndefined()
    expect(page.text).toContain(text)
  })

  it.each([
    ['a response type that does not exist', { response_type: 'id_token' }, 'invalid_request'],
    ['a scope that the app client lacks', { scope: 'openid admin/all' }, 'invalid_scope'],
    ['email without openid', { scope: 'email' }, 'invalid_scope'],
    ['a plain code challenge', { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['a code challenge without its method', { code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    ['a short code challenge', { code_challenge: 'abc', code_challenge_method: 'S256' }, 'invalid_request'],
  ])('redirects with an error and the state for %s', async (_, more, error) => {
    const back = await createBrowser().open(login.authorizeUrl(more))

    expect(back.location?.href.startsWith(`${CALLBACK}?`)).toBe(true)
    expect(back.location?.searchParams.get('error')).toBe(error)
    expect(back.location?.searchParams.get('state')).toBe('st-1')
  })

  it('refuses a grant that the app client does not allow', async () => {
    const before = login.client.settings
    login.client.settings = { ...before, AllowedOAuthFlows: ['code'] }

    const back = await createBrowser().open(login.authorizeUrl({ response_type: 'token' }))
    login.client.settings = { ...before, AllowedOAuthFlowsUserPoolClient: false }
    const page = await createBrowser().open(login.authorizeUrl())
    login.client.settings = before

    expect(new URLSearchParams(back.location?.hash.slice(1)).get('error')).toBe('unauthorized_client')
    expect(page.text).toContain('Client is not enabled for OAuth2.0 flows.')
  })

  it('refuses a parameter that is given twice', async () => {
    const page = await createBrowser().open(`${login.authorizeUrl()}&redirect_uri=https%3A%2F%2Fattacker.example`)

    expect(page.status).toBe(400)
    expect(page.text).toContain('The parameter redirect_uri is given twice.')
  })

  it('takes the callback URL of a mobile application', async () => {
    const browser = createBrowser()

    const page = await browser.open(login.authorizeUrl({ redirect_uri: 'myapp://callback' }))
    const back = await browser.submit(page, { username: 'anna', password: PASSWORD })

    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' myapp:")
    expect(back.location?.href).toMatch(/^myapp:\/\/callback\?code=/)
  })
})

it('sends a callback URL with letters outside ASCII as a header can hold it', async () => {
  const before = login.client.settings
  const url = 'http://localhost:9/r\u00fcck'
  login.client.settings = { ...before, CallbackURLs: [url] }
  const browser = createBrowser()

  const page = await browser.open(login.authorizeUrl({ redirect_uri: url }))
  const back = await browser.submit(page, { username: 'anna', password: PASSWORD })
  login.client.settings = before

  expect(back.location?.href).toMatch(/^http:\/\/localhost:9\/r%C3%BCck\?code=/)
})

describe('/oauth2/token with a code', () => {
  it('takes a code once', async () => {
    const code = await getCode()

    const first = await exchange(code)
    const second = await exchange(code)

    expect(first.status).toBe(200)
    expect(second).toEqual(INVALID_GRANT)
  })

  it('takes a code for five minutes', async () => {
    const early = await getCode()
    const late = await getCode()

    now += 5 * 60_000 - 1000
    const first = await exchange(early)
    now += 1000
    const second = await exchange(late)

    expect(first.status).toBe(200)
    expect(second).toEqual(INVALID_GRANT)
  })

  it('refuses a wrong or missing verifier, and the code is then used', async () => {
    const { verifier, challenge } = createPkce()
    const code = await getCode(challenge)
    const other = await getCode(challenge)

    const wrong = await exchange(code, { code_verifier: createPkce().verifier })
    const again = await exchange(code, { code_verifier: verifier })
    const missing = await exchange(other)

    expect([wrong, again, missing]).toEqual([INVALID_GRANT, INVALID_GRANT, INVALID_GRANT])
  })

  it('refuses another redirect URI', async () => {
    const code = await getCode()

    const answer = await exchange(code, { redirect_uri: 'myapp://callback' })

    expect(answer).toEqual(INVALID_GRANT)
  })

  it('refuses a user who was disabled after the sign-in', async () => {
    const user = login.addUser('temp')
    const browser = createBrowser()
    const back = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'temp', password: PASSWORD })
    user.enabled = false

    const answer = await exchange(back.location?.searchParams.get('code') ?? '')

    expect(answer).toEqual(INVALID_GRANT)
  })

  it.each([
    ['an unknown grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['an unknown app client', { client_id: 'nobody' }, 'invalid_client'],
    ['a secret for an app client without one', { client_secret: 'x' }, 'invalid_client'],
  ])('refuses %s', async (_, more, error) => {
    expect(await exchange('x', more)).toEqual({ status: 400, body: { error } })
  })

  it('refuses a body that is not a form', async () => {
    const body = JSON.stringify({ grant_type: 'authorization_code', client_id: login.client.id })

    const answer = await fetch(`${login.pools.endpoint}/oauth2/token`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })

    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: 'invalid_request' })
  })
})

describe('/oauth2/token with a refresh token', () => {
  it('gives new tokens without a refresh token, and calls RefreshTokens', async () => {
    const { body } = await exchange(await getCode())
    login.takeCalls()

    const answer = await refresh(body.refresh_token)

    expect(Object.keys(answer.body)).toEqual(['id_token', 'access_token', 'expires_in', 'token_type'])
    expect(readClaims(answer.body.access_token)).toMatchObject({
      scope: 'openid email',
      origin_jti: readClaims(body.access_token).origin_jti,
    })
    expect(login.takeSources()).toEqual(['TokenGeneration_RefreshTokens'])
  })

  it('replaces the refresh token of an app client that rotates them', async () => {
    login.client.settings = { ...login.client.settings, RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 } }
    const { body } = await exchange(await getCode())

    const first = await refresh(body.refresh_token)
    const reused = await refresh(body.refresh_token)
    const next = await refresh(first.body.refresh_token)

    expect(first.status).toBe(200)
    expect(first.body.refresh_token).not.toBe(body.refresh_token)
    expect(reused).toEqual(INVALID_GRANT)
    expect(next.status).toBe(200)
  })

  it('refuses a token that /oauth2/revoke has revoked', async () => {
    const { body } = await exchange(await getCode())

    const revoked = await login.post('/oauth2/revoke', { token: String(body.refresh_token), client_id: login.client.id })
    const answer = await refresh(body.refresh_token)
    const unknown = await login.post('/oauth2/revoke', { token: 'unknown', client_id: login.client.id })
    const missing = await login.post('/oauth2/revoke', { client_id: login.client.id })

    expect([revoked.status, await revoked.text()]).toEqual([200, ''])
    expect(answer).toEqual(INVALID_GRANT)
    expect(unknown.status).toBe(200)
    expect([missing.status, await missing.json()]).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('/oauth2/userInfo', () => {
  const ask = async (token: string): Promise<Response> =>
    fetch(`${login.pools.endpoint}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } })

  it('shows the attributes of the scopes, as text', async () => {
    const { body } = await exchange(await getCode())

    const answer = await ask(String(body.access_token))

    expect(await answer.json()).toEqual({
      sub: readClaims(body.access_token).sub,
      email: 'anna@example.com',
      email_verified: 'true',
      username: 'anna',
    })
  })

  it('shows nothing for a token without openid, a revoked one, or an ID token', async () => {
    const { body } = await exchange(await getCode({ scope: 'aws.cognito.signin.user.admin' }))
    const other = await exchange(await getCode())
    await login.post('/oauth2/revoke', { token: String(other.body.refresh_token), client_id: login.client.id })

    const answers = await Promise.all([body.access_token, other.body.access_token, other.body.id_token].map((token) => ask(String(token))))
    const missing = await fetch(`${login.pools.endpoint}/oauth2/userInfo`)

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect(missing.status).toBe(400)
  })
})
