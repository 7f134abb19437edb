import { describe, expect, it } from 'vitest'
import { createBrowser, PASSWORD, startForTest, type TestLogin } from '../../../support/managed-login.ts'

const toPage = (login: TestLogin, path: string, more: Readonly<Record<string, string>> = {}): string =>
  login.authorizeUrl(more).replace('/oauth2/authorize', path)

describe('a form', () => {
  async function send(
    login: TestLogin,
    more: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    return fetch(toPage(login, '/login'), {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ username: 'anna', password: PASSWORD, ...more }),
    })
  }
  const TOKEN = 'a'.repeat(32)
  const cookie = `XSRF-TOKEN=${TOKEN}`

  it('is refused without the token of its page, or from another site', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const { origin } = new URL(login.pools.endpoint)

    const answers = await Promise.all([
      send(login, {}, {}),
      send(login, {}, { cookie }),
      send(login, { _csrf: TOKEN }, {}),
      send(login, { _csrf: 'b'.repeat(32) }, { cookie }),
      send(login, { _csrf: '' }, { cookie: 'XSRF-TOKEN=' }),
      send(login, { _csrf: TOKEN }, { cookie, origin: 'http://localhost:9' }),
      send(login, { _csrf: TOKEN }, { cookie, origin, 'sec-fetch-site': 'same-site' }),
    ])
    const sources = login.takeSources()
    const valid = await send(login, { _csrf: TOKEN }, { cookie, origin, 'sec-fetch-site': 'same-origin' })

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403])
    expect(sources).toEqual([])
    expect(valid.status).toBe(303)
  })

  it('keeps the token of a browser for all its pages', async () => {
    const login = await startForTest()
    const browser = createBrowser()

    await browser.open(toPage(login, '/login'))
    const first = browser.cookies.get('XSRF-TOKEN')
    await browser.open(toPage(login, '/signup'))

    expect(first).toMatch(/^[\w-]{32}$/)
    expect(browser.cookies.get('XSRF-TOKEN')).toBe(first)
  })
})

describe('hostile text', () => {
  const HOSTILE = `"><script>alert(1)</script>'&<img src=x onerror=alert(1)>`

  it('is escaped in each page', async () => {
    const login = await startForTest()
    const browser = createBrowser()
    const query = { state: HOSTILE, login_hint: HOSTILE, nonce: HOSTILE, username: HOSTILE, notice: HOSTILE }
    const paths = ['/login', '/signup', '/confirmUser', '/resendCode', '/forgotPassword', '/confirmForgotPassword', '/challenge']

    const pages = [
      ...(await Promise.all(paths.map((path) => browser.open(toPage(login, path, query))))),
      await browser.submit(await browser.open(login.authorizeUrl(query)), { username: HOSTILE, password: HOSTILE }),
      await browser.open(login.authorizeUrl({ redirect_uri: HOSTILE })),
      await browser.open(login.authorizeUrl({ client_id: HOSTILE })),
      await browser.open(`${login.authorizeUrl()}&${encodeURIComponent(HOSTILE)}=1&${encodeURIComponent(HOSTILE)}=2`),
      await browser.open(`${login.pools.endpoint}/logout?${new URLSearchParams({ client_id: login.client.id, logout_uri: HOSTILE })}`),
      await browser.open(`${login.pools.endpoint}/oauth2/idpresponse?state=${encodeURIComponent(HOSTILE)}`),
    ]

    expect(pages).toHaveLength(13)
    for (const { text, headers } of pages) {
      expect(text).toContain('<!doctype html>')
      expect(text).not.toMatch(/<script|<img/)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'/,
      )
    }
  })

  it('of a function is escaped above the form', async () => {
    const refuse = (): never => {
      throw new Error(HOSTILE)
    }
    const login = await startForTest({ triggers: { PreAuthentication: refuse } })
    login.addUser('anna')
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })

    expect(page.text).toContain('PreAuthentication failed with error &quot;&gt;&lt;script&gt;')
    expect(page.text).not.toContain('<script')
  })

  it('of a name of a provider is escaped', async () => {
    const login = await startForTest({ client: { SupportedIdentityProviders: ['COGNITO', HOSTILE] } })
    login.pool.providers.set(HOSTILE, { ProviderName: HOSTILE, ProviderType: 'OIDC' })
    const browser = createBrowser()

    const page = await browser.open(login.authorizeUrl())
    const provider = await browser.open(login.authorizeUrl({ identity_provider: HOSTILE }))

    expect(page.text).toContain('Continue with &quot;&gt;&lt;script&gt;')
    expect(provider.text).toContain('This page stands for &quot;&gt;&lt;script&gt;')
    expect(page.text + provider.text).not.toMatch(/<script|<img/)
  })
})
