import { describe, expect, it } from 'vitest'
import { createAssume } from '../../../../src/tools/pool/assumptions.ts'
import { CALLBACK, createBrowser, createPkce, exchangeCode, PASSWORD, readClaims, startForTest } from '../../../support/managed-login.ts'

describe('a sign-in with a password', () => {
  it('redirects with a code whose tokens belong to the user', async () => {
    const login = await startForTest()
    const { sub } = login.addUser('anna')
    const { verifier, challenge } = createPkce()
    const browser = createBrowser()

    const page = await browser.open(login.authorizeUrl({ ...challenge, nonce: 'n-1' }))
    const back = await browser.submit(page, { username: 'anna', password: PASSWORD })
    const code = back.location?.searchParams.get('code') ?? ''
    const answer = await login.post('/oauth2/token', {
      grant_type: 'authorization_code',
      client_id: login.client.id,
      redirect_uri: CALLBACK,
      code,
      code_verifier: verifier,
    })

    expect(new URL(page.url).pathname).toBe('/login')
    expect(back.status).toBe(303)
    expect(back.location?.href).toMatch(/^http:\/\/localhost:9\/callback\?code=[\w-]{36}&state=st-1$/)
    const tokens: Record<string, unknown> = JSON.parse(await answer.text())
    expect(Object.keys(tokens)).toEqual(['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
    expect(readClaims(tokens.id_token)).toMatchObject({ sub, nonce: 'n-1', email: 'anna@example.com', aud: login.client.id })
    expect(readClaims(tokens.access_token)).toMatchObject({ sub, scope: 'openid email', client_id: login.client.id })
  })

  it('calls the functions of a sign-in, and ends with HostedAuth before the code', async () => {
    const login = await startForTest({ tokenVersion: 'V2_0' })
    const { sub } = login.addUser('anna')
    const browser = createBrowser()

    const page = await browser.open(login.authorizeUrl())
    await browser.submit(page, { username: 'anna', password: PASSWORD })

    const calls = login.takeCalls()
    expect(calls.map(({ source }) => source)).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ])
    expect(calls[0]?.event).toMatchObject({ userName: 'anna', request: { validationData: null, userNotFound: false } })
    expect(calls[2]?.event).toEqual({
      version: '2',
      region: 'us-east-1',
      userPoolId: login.pool.id,
      userName: 'anna',
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: login.client.id },
      triggerSource: 'TokenGeneration_HostedAuth',
      request: {
        userAttributes: { sub, 'cognito:user_status': 'CONFIRMED', email: 'anna@example.com', email_verified: 'true' },
        groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
        scopes: ['openid', 'email'],
      },
      response: { claimsAndScopeOverrideDetails: null },
    })
  })

  it('puts the claims that the function adds into the tokens of the code', async () => {
    const login = await startForTest({
      triggers: {
        PreTokenGeneration: (event) => ({ ...event, response: { claimsOverrideDetails: { claimsToAddOrOverride: { tier: 'gold' } } } }),
      },
    })
    login.addUser('anna')
    const browser = createBrowser()

    const back = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const tokens = await exchangeCode(login, back)

    expect(readClaims(tokens.id_token)).toMatchObject({ tier: 'gold' })
  })

  it('leaves PostAuthentication out under the other reading of the assumption', async () => {
    const login = await startForTest({ assume: createAssume(['managed-login-runs-post-authentication']) })
    login.addUser('anna')
    const browser = createBrowser()

    await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })

    expect(login.takeSources()).toEqual(['PreAuthentication_Authentication', 'TokenGeneration_HostedAuth'])
  })

  it('shows a wrong password above the form, and keeps the typed name', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: 'Wrong-horse-7' })

    expect(page.status).toBe(400)
    expect(page.text).toMatch(/<p role="alert">Incorrect username or password\.<\/p>[\s\S]*<form/)
    expect(page.text).toContain('value="anna"')
    expect(page.text).not.toContain('Wrong-horse-7')
    expect(login.takeSources()).toEqual(['PreAuthentication_Authentication'])
  })

  it.each([
    ['PreAuthentication', ['PreAuthentication_Authentication']],
    ['PostAuthentication', ['PreAuthentication_Authentication', 'PostAuthentication_Authentication']],
    ['PreTokenGeneration', ['PreAuthentication_Authentication', 'PostAuthentication_Authentication', 'TokenGeneration_HostedAuth']],
  ] as const)('shows the refusal of %s above the form, and grants nothing', async (trigger, sources) => {
    const refuse = (): never => {
      throw new Error('Not today.')
    }
    const login = await startForTest({ triggers: { [trigger]: refuse } })
    login.addUser('anna')
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })

    expect(page.text).toContain(`<p role="alert">${trigger} failed with error Not today..</p>`)
    expect(page.location).toBeUndefined()
    expect([...browser.cookies.keys()]).toEqual(['XSRF-TOKEN'])
    expect(login.takeSources()).toEqual(sources)
  })

  it('migrates an unknown user', async () => {
    const migrate = (event: { readonly response: object }): object => ({
      ...event,
      response: {
        ...event.response,
        userAttributes: { email: 'old@example.com', email_verified: 'true' },
        finalUserStatus: 'CONFIRMED',
        messageAction: 'SUPPRESS',
      },
    })
    const login = await startForTest({ triggers: { UserMigration: migrate } })
    const browser = createBrowser()

    const back = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'old', password: PASSWORD })

    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual([
      'UserMigration_Authentication',
      'PreSignUp_AdminCreateUser',
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ])
  })

  it('gives the tokens of an implicit grant in the fragment, without a refresh token', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()

    const page = await browser.open(login.authorizeUrl({ response_type: 'token' }))
    const back = await browser.submit(page, { username: 'anna', password: PASSWORD })

    const fragment = new URLSearchParams(back.location?.hash.slice(1))
    expect([...fragment.keys()]).toEqual(['id_token', 'access_token', 'expires_in', 'token_type', 'state'])
    expect(readClaims(fragment.get('access_token'))).toMatchObject({ username: 'anna' })
    expect(back.location?.search).toBe('')
  })
})
