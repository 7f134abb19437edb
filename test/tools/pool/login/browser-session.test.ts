import { describe, expect, it } from 'vitest'
import { createBrowser, exchangeCode, PASSWORD, readClaims, startForTest } from '../../../support/managed-login.ts'

describe('the session of a browser', () => {
  it('renews the sign-in with HostedAuth alone', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()
    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    login.takeCalls()

    const back = await browser.open(login.authorizeUrl({ state: 'st-2' }))

    expect(back.location?.href).toMatch(/\?code=[\w-]{36}&state=st-2$/)
    expect(login.takeSources()).toEqual(['TokenGeneration_HostedAuth'])
  })

  it('keeps the time of the sign-in', async () => {
    let now = Date.now()
    const login = await startForTest({ now: () => now })
    login.addUser('anna')
    const browser = createBrowser()
    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const signedInAt = Math.floor(now / 1000)
    now += 30 * 60_000

    const back = await browser.open(login.authorizeUrl())
    const tokens = await exchangeCode(login, back)

    expect(readClaims(tokens.id_token)).toMatchObject({ auth_time: signedInAt, iat: Math.floor(now / 1000) })
  })

  it('ends after an hour', async () => {
    let now = Date.now()
    const login = await startForTest({ now: () => now })
    login.addUser('anna')
    const browser = createBrowser()
    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    now += 60 * 60_000

    const page = await browser.open(login.authorizeUrl())

    expect(new URL(page.url).pathname).toBe('/login')
  })

  it('is not renewed for a disabled user, a forced login, or another browser', async () => {
    const login = await startForTest()
    const user = login.addUser('anna')
    const browser = createBrowser()
    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })

    const forced = await browser.open(login.authorizeUrl({ prompt: 'login' }))
    const other = await createBrowser().open(login.authorizeUrl())
    const silent = await createBrowser().open(login.authorizeUrl({ prompt: 'none' }))
    user.enabled = false
    const disabled = await browser.open(login.authorizeUrl())

    expect(new URL(forced.url).pathname).toBe('/login')
    expect(new URL(other.url).pathname).toBe('/login')
    expect(silent.location?.searchParams.get('error')).toBe('login_required')
    expect(disabled.location?.searchParams.get('error_description')).toBe('User is disabled. ')
  })

  it('has an HttpOnly cookie that other sites do not send with forms', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()
    const page = await browser.open(login.authorizeUrl())

    const back = await browser.submit(page, { username: 'anna', password: PASSWORD })

    expect(back.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^cognito-${login.pool.id}=[\\w-]{36}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600$`)),
    ])
  })

  it('ends with /logout, which leads only to a URL of the app client', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()
    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const logout = (uri: string): string =>
      `${login.pools.endpoint}/logout?${new URLSearchParams({ client_id: login.client.id, logout_uri: uri })}`

    const refused = await browser.open(logout('http://localhost:9/elsewhere'))
    const still = await browser.open(login.authorizeUrl())
    const out = await browser.open(logout('http://localhost:9/signed-out'))
    const page = await browser.open(login.authorizeUrl())

    expect(refused.status).toBe(400)
    expect(still.location?.searchParams.has('code')).toBe(true)
    expect(out.location?.href).toBe('http://localhost:9/signed-out')
    expect(new URL(page.url).pathname).toBe('/login')
  })
})
