import { describe, expect, it } from 'vitest'
import {
  createBrowser,
  exchangeCode,
  PASSWORD,
  readClaims,
  signInAt,
  startForTest,
  type TestLogin,
  type Visited,
} from '../../../support/managed-login.ts'

const ANNA = '108256943017420951736'

async function signInAs(login: TestLogin, claims: object, provider = 'Google'): Promise<Visited> {
  const browser = createBrowser()
  const page = await browser.open(login.authorizeUrl({ identity_provider: provider, prompt: 'login' }))
  return browser.submit(page, { identity: 'own', claims: JSON.stringify(claims) })
}

const FIRST = [
  'InboundFederation_ExternalProvider',
  'PreSignUp_ExternalProvider',
  'PostConfirmation_ConfirmSignUp',
  'TokenGeneration_HostedAuth',
]
const LATER = [
  'InboundFederation_ExternalProvider',
  'PreAuthentication_Authentication',
  'PostAuthentication_Authentication',
  'TokenGeneration_HostedAuth',
]

describe('the first sign-in at a provider', () => {
  it('calls the functions in the order of Cognito, with their events', async () => {
    const login = await startForTest({ now: () => 1_774_108_261_734 })

    const back = await signInAt(login, 'anna')

    expect(back.location?.searchParams.get('state')).toBe('st-1')
    expect(back.location?.searchParams.has('code')).toBe(true)
    const calls = login.takeCalls()
    expect(calls.map(({ source }) => source)).toEqual(FIRST)
    const [inbound, preSignUp, postConfirmation, tokens] = calls.map(({ event }) => event)
    expect(inbound).toMatchObject({
      userName: ANNA,
      request: {
        providerName: 'Google',
        providerType: 'Google',
        attributes: {
          tokenResponse: { token_type: 'Bearer', expires_in: '3600', access_token: expect.any(String), id_token: expect.any(String) },
          idToken: { sub: ANNA, email: 'anna@example.com', email_verified: 'true', groups: ['Engineering', 'Everyone'] },
          userInfo: { sub: ANNA },
        },
      },
      response: { userAttributesToMap: {} },
    })
    expect(Object.keys(Object(inbound?.request))).toEqual(['providerName', 'providerType', 'attributes'])
    expect(preSignUp).toEqual({
      version: '1',
      region: 'us-east-1',
      userPoolId: login.pool.id,
      userName: `google_${ANNA}`,
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: login.client.id },
      triggerSource: 'PreSignUp_ExternalProvider',
      request: {
        userAttributes: {
          'cognito:email_alias': '',
          'cognito:phone_number_alias': '',
          email: 'anna@example.com',
          given_name: 'Anna',
          email_verified: 'true',
        },
        validationData: {},
      },
      response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
    })
    const identity = {
      userId: ANNA,
      providerName: 'Google',
      providerType: 'Google',
      issuer: null,
      primary: true,
      dateCreated: 1_774_108_261_734,
    }
    expect(postConfirmation?.request).toEqual({
      userAttributes: {
        sub: expect.any(String),
        'cognito:user_status': 'EXTERNAL_PROVIDER',
        email: 'anna@example.com',
        given_name: 'Anna',
        email_verified: 'true',
        identities: JSON.stringify([identity]),
      },
    })
    expect(tokens?.request).toMatchObject({ groupConfiguration: { groupsToOverride: [`${login.pool.id}_Google`] } })
  })

  it('gives tokens with the identity and the group of the provider', async () => {
    const login = await startForTest({ pool: { UsernameConfiguration: { CaseSensitive: true } } })

    const back = await signInAt(login, 'anna')
    const tokens = await exchangeCode(login, back)

    const claims = readClaims(tokens.id_token)
    expect(claims).toMatchObject({ 'cognito:username': `Google_${ANNA}`, 'cognito:groups': [`${login.pool.id}_Google`] })
  })

  it('marks an address as not verified, unless the mapping takes that from the provider', async () => {
    const login = await startForTest()

    await signInAt(login, 'anna', 'CampusSaml')
    await signInAt(login, 'bea', 'Google')
    await signInAt(login, 'kim', 'Google')

    const attributes = [...login.pool.users.values()].map((user) => user.attributes)
    expect(attributes).toEqual([
      { email: 'anna@example.com', email_verified: 'false', given_name: 'Anna' },
      { email: 'bea@example.com', email_verified: 'false', given_name: 'Bea' },
      { given_name: 'Kim' },
    ])
  })

  it('describes the answers of SAML and Facebook in their own forms', async () => {
    const login = await startForTest()

    await signInAt(login, 'anna', 'CampusSaml')
    await signInAt(login, 'anna', 'Facebook')

    const [saml, facebook] = login.takeCalls().flatMap(({ source, event }) => (source === FIRST[0] ? [Object(event.request)] : []))
    expect(Object.keys(saml.attributes)).toEqual(['samlResponse'])
    expect(saml.attributes.samlResponse).toMatchObject({ email: 'anna@example.com', groups: 'Engineering,Everyone' })
    expect(saml.attributes.samlResponse).not.toHaveProperty('sub')
    expect(Object.keys(facebook.attributes)).toEqual(['tokenResponse', 'userInfo'])
    expect(facebook.attributes.tokenResponse).not.toHaveProperty('id_token')
    expect(facebook.attributes.userInfo).toMatchObject({ id: ANNA, email: 'anna@example.com' })
  })

  it('maps only the claims that the function of inbound federation keeps', async () => {
    const login = await startForTest({
      triggers: {
        InboundFederation: (event) => ({ ...event, response: { userAttributesToMap: { sub: ANNA, email: 'new@example.com' } } }),
      },
    })

    await signInAt(login, 'anna')

    expect([...login.pool.users.values()].map(({ attributes }) => attributes)).toEqual([
      { email: 'new@example.com', email_verified: 'false' },
    ])
  })

  it.each([
    ['InboundFederation', 1],
    ['PreSignUp', 2],
  ] as const)('redirects with the refusal of %s, and creates no user', async (trigger, count) => {
    const refuse = (): never => {
      throw new Error('Not from this domain.')
    }
    const login = await startForTest({ triggers: { [trigger]: refuse } })
    const browser = createBrowser()

    const back = await signInAt(login, 'anna', 'Google', browser)

    expect(back.location?.search).toBe(
      `?error_description=${trigger}+failed+with+error+Not+from+this+domain..+&state=st-1&error=invalid_request`,
    )
    expect(login.pool.users.size).toBe(0)
    expect(login.takeSources()).toEqual(FIRST.slice(0, count))
    expect([...browser.cookies.keys()]).toEqual(['XSRF-TOKEN'])
  })

  it('keeps the user when PostConfirmation fails, so that the next sign-in is a later one', async () => {
    const refuse = (): never => {
      throw new Error('No welcome')
    }
    const login = await startForTest({ triggers: { PostConfirmation: refuse } })

    const back = await signInAt(login, 'anna')
    login.takeCalls()
    const again = await signInAt(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('PostConfirmation failed with error No welcome. ')
    expect(again.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual(LATER)
  })

  it('refuses claims without a required attribute', async () => {
    const login = await startForTest({ pool: { Schema: [{ Name: 'email', Required: true }] } })

    const back = await signInAt(login, 'kim')

    expect(back.location?.searchParams.get('error_description')).toBe('attributes required: [email] ')
  })

  it('refuses a value of more than 2048 characters', async () => {
    const login = await startForTest()

    const back = await signInAs(login, { sub: '1', given_name: 'x'.repeat(2049) })

    expect(back.location?.searchParams.get('error_description')).toContain('user.given_name: String cannot be longer than 2048')
    expect(login.pool.users.size).toBe(0)
  })

  it('leaves the address of a user with a password to that user', async () => {
    const login = await startForTest({ pool: { UsernameAttributes: ['email'] } })
    login.addUser('0b7d59e3-f481-4a26-8c9d-e512b03fa678', { email: 'anna@example.com', email_verified: 'true' })

    await signInAt(login, 'anna')
    const browser = createBrowser()
    const back = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna@example.com', password: PASSWORD })

    expect(login.pool.users.size).toBe(2)
    expect(back.location?.searchParams.has('code')).toBe(true)
  })
})

describe('a later sign-in at a provider', () => {
  it('calls the functions in the order of Cognito, and maps the attributes again first', async () => {
    const login = await startForTest()
    await signInAs(login, { sub: '1', email: 'old@example.com', email_verified: true })
    login.takeCalls()

    await signInAs(login, { sub: '1', email: 'new@example.com', email_verified: true })

    const calls = login.takeCalls()
    expect(calls.map(({ source }) => source)).toEqual(LATER)
    expect(calls[1]?.event).toMatchObject({
      userName: 'google_1',
      request: {
        userAttributes: { email: 'new@example.com', 'cognito:user_status': 'EXTERNAL_PROVIDER' },
        validationData: {},
        userNotFound: false,
      },
    })
    expect(login.pool.users.size).toBe(1)
  })

  it('redirects with the refusal of PreAuthentication', async () => {
    const refuse = (): never => {
      throw new Error('Blocked')
    }
    const login = await startForTest({ triggers: { PreAuthentication: refuse } })
    await signInAt(login, 'anna')
    login.takeCalls()

    const back = await signInAt(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('PreAuthentication failed with error Blocked. ')
    expect(login.takeSources()).toEqual(LATER.slice(0, 2))
  })

  it('refuses a disabled user', async () => {
    const login = await startForTest()
    await signInAt(login, 'anna')
    for (const user of login.pool.users.values()) user.enabled = false

    const back = await signInAt(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('User is disabled. ')
  })

  it('is renewed by the session of the browser', async () => {
    const login = await startForTest()
    const browser = createBrowser()
    await signInAt(login, 'anna', 'Google', browser)
    login.takeCalls()

    const back = await browser.open(login.authorizeUrl({ identity_provider: 'Google' }))
    const other = await browser.open(login.authorizeUrl({ identity_provider: 'CampusSaml' }))

    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual(['TokenGeneration_HostedAuth'])
    expect(new URL(other.url).pathname).toBe('/_lifeguard/oidc/authorize')
  })
})
