import { CreateIdentityProviderCommand } from '@aws-sdk/client-cognito-identity-provider'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readAuthError } from '../../../../src/client/read-auth-error.ts'
import { CHROMIUM, launchChromium, serveApplication, type WebApplication } from '../../../support/clients/browser.ts'
import type { LoginConfig } from '../../../support/clients/redirect-page.ts'
import { createSdk, createUser, PASSWORD } from '../../../support/clients/users.ts'
import { startTestPool, type TestPool } from '../../../support/pool.ts'
import { createCertificate } from '../../../support/self-signed.ts'

const TIMEOUT = 300_000

interface Claims {
  readonly id: Readonly<Record<string, unknown>> | null
  readonly access: Readonly<Record<string, unknown>> | null
}

describe.skipIf(CHROMIUM === undefined)('signInWithRedirect of Amplify, in Chromium', () => {
  let browser: Browser
  let application: WebApplication
  let pool: TestPool
  let page: Page

  beforeAll(async () => {
    application = await serveApplication('redirect-page.ts')
    pool = await startTestPool({
      tls: createCertificate(),
      triggers: {
        PreAuthentication: (event) => {
          if (event.request.userAttributes.email?.startsWith('blocked')) throw new Error('This account is blocked')
          return event
        },
        PreSignUp: (event) => {
          if (event.request.userAttributes.email?.endsWith('@partner.example.org'))
            throw new Error('Partners cannot sign up [partner: email]')
          return event
        },
        PostConfirmation: (event) => event,
        PostAuthentication: (event) => event,
        PreTokenGeneration: (event) => event,
      },
      client: {
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
        CallbackURLs: [`${application.url}/`],
        LogoutURLs: [`${application.url}/`],
        SupportedIdentityProviders: ['COGNITO', 'Google'],
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      },
    })
    await createSdk(pool).send(
      new CreateIdentityProviderCommand({
        UserPoolId: pool.userPoolId,
        ProviderName: 'Google',
        ProviderType: 'Google',
        ProviderDetails: { client_id: 'local', client_secret: 'local', authorize_scopes: 'openid email profile' },
        AttributeMapping: { email: 'email', email_verified: 'email_verified' },
      }),
    )
    // Amplify calls the domain of managed login by HTTPS only, and this certificate is self-signed.
    browser = await launchChromium(['--ignore-certificate-errors'])
  }, TIMEOUT)
  afterEach(() => page?.context().close())
  afterAll(async () => {
    await browser?.close()
    await pool?.stop()
    await application?.stop()
  }, TIMEOUT)

  /** Opens the application in a browser without cookies. */
  const openApplication = async (): Promise<Page> => {
    const { userPoolId, clientId, endpoint, pools } = pool
    const config: LoginConfig = { userPoolId, clientId, endpoint, domain: pools.domain ?? '', url: `${application.url}/` }
    const opened = await (await browser.newContext()).newPage()
    opened.setDefaultTimeout(TIMEOUT)
    await opened.addInitScript(`globalThis.loginConfig = ${JSON.stringify(config)}`)
    await opened.goto(config.url)
    await opened.waitForFunction('typeof readClaims === "function"')
    return opened
  }
  /** Calls a function that leads to another page, and waits for that page. */
  const leave = async (call: string, isThere: (url: URL) => boolean): Promise<void> => {
    await Promise.all([page.waitForURL(isThere), page.evaluate(`void ${call}()`)])
  }
  const isLogin = ({ pathname }: URL): boolean => pathname === '/login'
  const isProvider = ({ pathname }: URL): boolean => pathname.endsWith('/authorize') && !pathname.startsWith('/oauth2')
  const isApplication = ({ origin }: URL): boolean => origin === application.url
  const submitPassword = async (email: string, password: string): Promise<void> => {
    await page.fill('input[name=username]', email)
    await page.fill('input[name=password]', password)
    await page.click('form:has(input[name=password]) button')
  }

  it('signs in through the page of managed login with PKCE, and signs out', { timeout: TIMEOUT }, async () => {
    const email = await createUser(pool, 'nina@example.com')
    page = await openApplication()
    pool.takeCalls()
    const exchange = page.waitForRequest((request) => request.url().endsWith('/oauth2/token'))

    await leave('signIn', isLogin)
    expect(new URL(page.url()).host).toBe(pool.pools.domain)
    await submitPassword(email, PASSWORD)
    await page.waitForURL(isApplication)
    await page.waitForFunction('authEvents.includes("signInWithRedirect")')

    const sent = new URLSearchParams((await exchange).postData() ?? '')
    expect(Object.fromEntries(sent)).toMatchObject({
      grant_type: 'authorization_code',
      code_verifier: expect.stringMatching(/^[\w-]{43,128}$/),
    })
    const { id, access } = await page.evaluate<Claims>('readClaims()')
    expect(id).toMatchObject({ email, aud: pool.clientId, token_use: 'id' })
    expect(String(access?.scope).split(' ').toSorted()).toEqual(['aws.cognito.signin.user.admin', 'email', 'openid', 'profile'])
    expect(pool.takeCalls().map(({ source }) => source)).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ])

    // The sign-out leads back to the application, so the mark tells the new page from the old one.
    await page.evaluate('globalThis.isOld = true; void signOut()')
    await page.waitForFunction('!globalThis.isOld && typeof readClaims === "function"')
    expect(await page.evaluate<Claims>('readClaims()')).toEqual({ id: null, access: null })
    // The session of managed login has ended too.
    await leave('signIn', isLogin)
  })

  it('shows the refusal of a function above the form', { timeout: TIMEOUT }, async () => {
    const email = await createUser(pool, 'blocked@example.com')
    page = await openApplication()

    await leave('signIn', isLogin)
    await submitPassword(email, PASSWORD)

    expect(await page.textContent('[role=alert]')).toContain('PreAuthentication failed with error This account is blocked.')
    expect(isLogin(new URL(page.url()))).toBe(true)
  })
  it('signs in through an identity provider', { timeout: TIMEOUT }, async () => {
    page = await openApplication()
    pool.takeCalls()

    await leave('signInWithGoogle', isProvider)
    await page.click('button[value=anna]')
    await page.waitForURL(isApplication)
    await page.waitForFunction('authEvents.includes("signInWithRedirect")')

    const { id } = await page.evaluate<Claims>('readClaims()')
    expect(id).toMatchObject({ email: 'anna@example.com', identities: [{ providerName: 'Google', providerType: 'Google' }] })
    expect(pool.takeCalls().map(({ source }) => source)).toEqual([
      'PreSignUp_ExternalProvider',
      'PostConfirmation_ConfirmSignUp',
      'TokenGeneration_HostedAuth',
    ])
  })

  it('gets the refusal of a first sign-in through an identity provider', { timeout: TIMEOUT }, async () => {
    page = await openApplication()

    await leave('signInWithGoogle', isProvider)
    await page.click('button[value=olu]')
    await page.waitForURL(isApplication)
    await page.waitForFunction('authEvents.includes("signInWithRedirect_failure")')

    const [, message] = await page.evaluate<string[]>('authEvents.slice(authEvents.indexOf("signInWithRedirect_failure"))')
    expect(message).toContain('PreSignUp failed with error Partners cannot sign up [partner: email].')
    expect(readAuthError(message)).toMatchObject({ kind: 'refused', code: 'partner', field: 'email', message: 'Partners cannot sign up' })
    expect(await page.evaluate<Claims>('readClaims()')).toEqual({ id: null, access: null })
  })
})
