import { describe, expect, it } from 'vitest'
import { createTotp } from '../../../../src/tools/pool/mfa.ts'
import { setPassword } from '../../../../src/tools/pool/passwords.ts'
import { createBrowser, PASSWORD, startForTest, type TestLogin, type Visited } from '../../../support/managed-login.ts'

const toPage = (login: TestLogin, path: string, more: Readonly<Record<string, string>> = {}): string =>
  login.authorizeUrl(more).replace('/oauth2/authorize', path)
const toPath = ({ url }: Visited): string => new URL(url).pathname
const lastCode = ({ pools }: TestLogin): string => pools.world.inbox.messages().at(-1)?.code ?? ''
const NEW_PASSWORD = 'Better-horse-8'

describe('the pages of a sign-up', () => {
  it('sign a user up, confirm it and sign it in, with the functions of each step', async () => {
    const login = await startForTest()
    const browser = createBrowser()

    const fields = { username: 'anna', 'attribute.email': 'anna@example.com', password: PASSWORD }
    const confirm = await browser.submit(await browser.open(toPage(login, '/signup')), fields)
    const signUp = login.takeSources()
    const page = await browser.submit(confirm, { username: 'anna', code: lastCode(login) })
    const confirmed = login.takeSources()
    const back = await browser.submit(page, { username: 'anna', password: PASSWORD })

    expect([toPath(confirm), toPath(page)]).toEqual(['/confirmUser', '/login'])
    expect(signUp).toEqual(['PreSignUp_SignUp'])
    expect(confirmed).toEqual(['PostConfirmation_ConfirmSignUp'])
    expect(page.text).toContain('<p role="status">Your account is confirmed. You can sign in now.</p>')
    expect(page.text).toContain('value="anna"')
    expect(back.location?.searchParams.has('code')).toBe(true)
  })

  it('show the refusal of PreSignUp above the form', async () => {
    const refuse = (): never => {
      throw new Error('Registration from this domain is not allowed.')
    }
    const login = await startForTest({ triggers: { PreSignUp: refuse } })
    const browser = createBrowser()

    const fields = { username: 'anna', 'attribute.email': 'anna@example.com', password: PASSWORD }
    const page = await browser.submit(await browser.open(toPage(login, '/signup')), fields)

    expect(page.text).toMatch(
      /<p role="alert">PreSignUp failed with error Registration from this domain is not allowed\.\.<\/p>[\s\S]*<form/,
    )
    expect(login.pool.users.size).toBe(0)
  })

  it('lead a user that the function confirms to the sign-in', async () => {
    const login = await startForTest({
      triggers: { PreSignUp: (event) => ({ ...event, response: { ...event.response, autoConfirmUser: true } }) },
    })
    const browser = createBrowser()

    const fields = { username: 'anna', 'attribute.email': 'anna@example.com', password: PASSWORD }
    const page = await browser.submit(await browser.open(toPage(login, '/signup')), fields)

    expect(toPath(page)).toBe('/login')
    expect(login.takeSources()).toEqual(['PreSignUp_SignUp', 'PostConfirmation_ConfirmSignUp'])
  })

  it('show a wrong code, and send another code', async () => {
    const login = await startForTest()
    const browser = createBrowser()
    const fields = { username: 'anna', 'attribute.email': 'anna@example.com', password: PASSWORD }
    const confirm = await browser.submit(await browser.open(toPage(login, '/signup')), fields)
    const first = lastCode(login)

    const wrong = await browser.submit(confirm, { username: 'anna', code: first === '000000' ? '000001' : '000000' })
    const resent = await browser.submit(wrong, {}, '/resendCode')
    const page = await browser.submit(resent, { username: 'anna', code: lastCode(login) })

    expect(wrong.text).toContain('Invalid verification code provided, please try again.')
    expect(resent.text).toContain('We have sent you a code.')
    expect(login.pools.world.inbox.messages()).toHaveLength(2)
    expect(toPath(page)).toBe('/login')
  })

  it('ask a user who signs in before the confirmation for the code', async () => {
    const login = await startForTest()
    const browser = createBrowser()
    const fields = { username: 'anna', 'attribute.email': 'anna@example.com', password: PASSWORD }
    await browser.submit(await browser.open(toPage(login, '/signup')), fields)

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const again = await browser.submit(page, {}, '/resendCode')

    expect(toPath(page)).toBe('/confirmUser')
    expect(again.text).toContain('We have sent you a code.')
    expect(login.pools.world.inbox.messages()).toHaveLength(2)
  })
})

describe('the pages of a forgotten password', () => {
  it('change the password with a code, and call ConfirmForgotPassword', async () => {
    const login = await startForTest()
    login.addUser('anna')
    const browser = createBrowser()

    const reset = await browser.submit(await browser.open(toPage(login, '/forgotPassword')), { username: 'anna' })
    const page = await browser.submit(reset, { username: 'anna', code: lastCode(login), password: NEW_PASSWORD })
    const back = await browser.submit(page, { username: 'anna', password: NEW_PASSWORD })

    expect(toPath(reset)).toBe('/confirmForgotPassword')
    expect(page.text).toContain('Your password has changed. You can sign in now.')
    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()[0]).toBe('PostConfirmation_ConfirmForgotPassword')
  })

  it('do not tell whether a user exists', async () => {
    const login = await startForTest()
    const browser = createBrowser()

    const reset = await browser.submit(await browser.open(toPage(login, '/forgotPassword')), { username: 'nobody' })
    const page = await browser.submit(reset, { username: 'nobody', code: '123456', password: NEW_PASSWORD })

    expect(toPath(reset)).toBe('/confirmForgotPassword')
    expect(page.text).toContain('Invalid code provided, please request a code again.')
  })
})

describe('the pages of challenges', () => {
  it('replace a temporary password, and end with HostedAuth', async () => {
    const login = await startForTest()
    const user = login.addUser('anna')
    user.status = 'FORCE_CHANGE_PASSWORD'
    setPassword(login.pools.world, login.pool, user, PASSWORD, 'temporary')
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const weak = await browser.submit(page, { password: 'weak' })
    const back = await browser.submit(weak, { password: NEW_PASSWORD })

    expect(page.text).toContain('<h1>Change your password</h1>')
    expect(weak.text).toContain('Password did not conform with policy: Password not long enough')
    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(user.status).toBe('CONFIRMED')
    expect(login.takeSources()).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ])
  })

  it('ask for a code that was sent, and let the user try again', async () => {
    const login = await startForTest({ pool: { MfaConfiguration: 'OPTIONAL', EnabledMfas: ['EMAIL_OTP'] } })
    login.addUser('anna').mfa.methods = ['EMAIL_OTP']
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const code = lastCode(login)
    const before = login.takeSources()
    const wrong = await browser.submit(page, { code: code === '000000' ? '000001' : '000000' })
    const back = await browser.submit(wrong, { code })
    const replayed = await browser.submit(page, { code })

    expect(page.text).toContain('Code that was sent to a***@e***')
    expect(before).toEqual(['PreAuthentication_Authentication'])
    expect(wrong.text).toContain('Invalid verification code provided, please try again.')
    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual(['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'])
    expect(toPath(replayed)).toBe('/login')
    expect(replayed.text).toContain('Your session has expired. Sign in again.')
  })

  it('set up an authenticator app, and ask for its code at the next sign-in', async () => {
    let now = Date.now()
    const login = await startForTest({ pool: { MfaConfiguration: 'ON' }, now: () => now })
    login.addUser('anna', { email: 'anna@example.com' })
    const browser = createBrowser()
    const totp = (secret: string): string => createTotp(secret, Math.floor(now / 30_000))

    const setup = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const [, secret = ''] = /<code>([A-Z2-7]+)<\/code>/.exec(setup.text) ?? []
    const wrong = await browser.submit(setup, { code: 'abc' })
    const back = await browser.submit(wrong, { code: totp(secret) })
    now += 60_000
    const page = await browser.submit(await browser.open(login.authorizeUrl({ prompt: 'login' })), { username: 'anna', password: PASSWORD })
    const again = await browser.submit(page, { code: totp(secret) })

    expect(secret).toHaveLength(32)
    expect(wrong.text).toContain(secret)
    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(page.text).toContain('Code of the authenticator app')
    expect(again.location?.searchParams.has('code')).toBe(true)
  })

  it('take no session of the API', async () => {
    const login = await startForTest({
      client: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH'] },
      pool: { MfaConfiguration: 'ON' },
    })
    login.addUser('anna', { email: 'anna@example.com' })
    const initiate = async (AuthFlow: string, parameters: object): Promise<string> => {
      const answer = await fetch(login.pools.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
        body: JSON.stringify({ ClientId: login.client.id, AuthFlow, AuthParameters: { USERNAME: 'anna', ...parameters } }),
      })
      return String(JSON.parse(await answer.text()).Session)
    }
    const sessions = [await initiate('USER_SRP_AUTH', { SRP_A: 'abcdef' }), await initiate('USER_PASSWORD_AUTH', { PASSWORD })]
    const browser = createBrowser()
    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    login.takeCalls()

    const pages = await Promise.all(sessions.map((session) => browser.submit(page, { session, code: '123456' })))

    expect(sessions.map((session) => session.length)).toEqual([344, 128])
    expect(pages.map(toPath)).toEqual(['/login', '/login'])
    expect(login.takeSources()).toEqual([])
  })

  it('let the user choose between two second factors', async () => {
    const login = await startForTest({ pool: { MfaConfiguration: 'OPTIONAL', EnabledMfas: ['EMAIL_OTP', 'SMS_MFA'] } })
    login.addUser('anna', { email: 'anna@example.com', phone_number: '+15550100' }).mfa.methods = ['EMAIL_OTP', 'SMS_MFA']
    const browser = createBrowser()

    const choice = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna', password: PASSWORD })
    const page = await browser.submit(choice, { answer: 'EMAIL_OTP' })
    const back = await browser.submit(page, { code: lastCode(login) })

    expect(choice.text).toContain('How do you want to get the code?')
    expect(page.text).toContain('Code that was sent to a***@e***')
    expect(back.location?.searchParams.has('code')).toBe(true)
  })
})

describe('a page', () => {
  it('has a label for each field, and passwords that a manager can fill', async () => {
    const login = await startForTest()

    const { text } = await createBrowser().open(toPage(login, '/signup'))

    const ids = [...text.matchAll(/<input id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toEqual(['username', 'attribute.email', 'password'])
    expect([...text.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id)).toEqual(ids)
    expect(text).toContain('type="password" autocomplete="new-password"')
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
  })

  it('has no link to the sign-up in a pool of administrators', async () => {
    const login = await startForTest({ pool: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } })

    const { text } = await createBrowser().open(login.authorizeUrl())

    expect(text).toContain('Forgot your password?')
    expect(text).not.toContain('Create an account')
  })
})
