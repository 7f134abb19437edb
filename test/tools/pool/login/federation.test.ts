import { afterEach, describe, expect, it } from 'vitest'
import { saveUser } from '../../../../src/tools/pool/store.ts'
import {
  CALLBACK,
  createBrowser,
  type LoginOptions,
  PASSWORD,
  readClaims,
  startLogin,
  type TestBrowser,
  type TestLogin,
  type Visited,
} from '../../../support/managed-login.ts'

const ANNA = '108256943017420951736'
const started: TestLogin[] = []
const start = async (options?: LoginOptions): Promise<TestLogin> => {
  const login = await startLogin(options)
  started.push(login)
  return login
}
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ pools }) => pools.stop()))
})

async function signIn(login: TestLogin, identity: string, provider = 'Google', browser: TestBrowser = createBrowser()): Promise<Visited> {
  const page = await browser.open(login.authorizeUrl({ identity_provider: provider, prompt: 'login' }))
  return browser.submit(page, { identity })
}

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
    const login = await start({ now: () => 1_774_108_261_734 })

    const back = await signIn(login, 'anna')

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
    const login = await start({ pool: { UsernameConfiguration: { CaseSensitive: true } } })

    const back = await signIn(login, 'anna')
    const form = { grant_type: 'authorization_code', client_id: login.client.id, redirect_uri: CALLBACK }
    const answer = await login.post('/oauth2/token', { ...form, code: back.location?.searchParams.get('code') ?? '' })

    const claims = readClaims(JSON.parse(await answer.text()).id_token)
    expect(claims).toMatchObject({ 'cognito:username': `Google_${ANNA}`, 'cognito:groups': [`${login.pool.id}_Google`] })
  })

  it('marks an address as not verified, unless the mapping takes that from the provider', async () => {
    const login = await start()

    await signIn(login, 'anna', 'CampusSaml')
    await signIn(login, 'bea', 'Google')
    await signIn(login, 'kim', 'Google')

    const attributes = [...login.pool.users.values()].map((user) => user.attributes)
    expect(attributes).toEqual([
      { email: 'anna@example.com', email_verified: 'false', given_name: 'Anna' },
      { email: 'bea@example.com', email_verified: 'false', given_name: 'Bea' },
      { given_name: 'Kim' },
    ])
  })

  it('describes the answers of SAML and Facebook in their own forms', async () => {
    const login = await start()

    await signIn(login, 'anna', 'CampusSaml')
    await signIn(login, 'anna', 'Facebook')

    const [saml, facebook] = login.takeCalls().flatMap(({ source, event }) => (source === FIRST[0] ? [Object(event.request)] : []))
    expect(Object.keys(saml.attributes)).toEqual(['samlResponse'])
    expect(saml.attributes.samlResponse).toMatchObject({ email: 'anna@example.com', groups: 'Engineering,Everyone' })
    expect(saml.attributes.samlResponse).not.toHaveProperty('sub')
    expect(Object.keys(facebook.attributes)).toEqual(['tokenResponse', 'userInfo'])
    expect(facebook.attributes.tokenResponse).not.toHaveProperty('id_token')
    expect(facebook.attributes.userInfo).toMatchObject({ id: ANNA, email: 'anna@example.com' })
  })

  it('maps only the claims that the function of inbound federation keeps', async () => {
    const login = await start({
      triggers: {
        InboundFederation: (event) => ({ ...event, response: { userAttributesToMap: { sub: ANNA, email: 'new@example.com' } } }),
      },
    })

    await signIn(login, 'anna')

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
    const login = await start({ triggers: { [trigger]: refuse } })
    const browser = createBrowser()

    const back = await signIn(login, 'anna', 'Google', browser)

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
    const login = await start({ triggers: { PostConfirmation: refuse } })

    const back = await signIn(login, 'anna')
    login.takeCalls()
    const again = await signIn(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('PostConfirmation failed with error No welcome. ')
    expect(again.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual(LATER)
  })

  it('refuses claims without a required attribute', async () => {
    const login = await start({ pool: { Schema: [{ Name: 'email', Required: true }] } })

    const back = await signIn(login, 'kim')

    expect(back.location?.searchParams.get('error_description')).toBe('attributes required: [email] ')
  })

  it('refuses a value of more than 2048 characters', async () => {
    const login = await start()

    const back = await signInAs(login, { sub: '1', given_name: 'x'.repeat(2049) })

    expect(back.location?.searchParams.get('error_description')).toContain('user.given_name: String cannot be longer than 2048')
    expect(login.pool.users.size).toBe(0)
  })

  it('leaves the address of a user with a password to that user', async () => {
    const login = await start({ pool: { UsernameAttributes: ['email'] } })
    login.addUser('0b7d59e3-f481-4a26-8c9d-e512b03fa678', { email: 'anna@example.com', email_verified: 'true' })

    await signIn(login, 'anna')
    const browser = createBrowser()
    const back = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'anna@example.com', password: PASSWORD })

    expect(login.pool.users.size).toBe(2)
    expect(back.location?.searchParams.has('code')).toBe(true)
  })
})

describe('a later sign-in at a provider', () => {
  it('calls the functions in the order of Cognito, and maps the attributes again first', async () => {
    const login = await start()
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
    const login = await start({ triggers: { PreAuthentication: refuse } })
    await signIn(login, 'anna')
    login.takeCalls()

    const back = await signIn(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('PreAuthentication failed with error Blocked. ')
    expect(login.takeSources()).toEqual(LATER.slice(0, 2))
  })

  it('refuses a disabled user', async () => {
    const login = await start()
    await signIn(login, 'anna')
    for (const user of login.pool.users.values()) user.enabled = false

    const back = await signIn(login, 'anna')

    expect(back.location?.searchParams.get('error_description')).toBe('User is disabled. ')
  })

  it('is renewed by the session of the browser', async () => {
    const login = await start()
    const browser = createBrowser()
    await signIn(login, 'anna', 'Google', browser)
    login.takeCalls()

    const back = await browser.open(login.authorizeUrl({ identity_provider: 'Google' }))
    const other = await browser.open(login.authorizeUrl({ identity_provider: 'CampusSaml' }))

    expect(back.location?.searchParams.has('code')).toBe(true)
    expect(login.takeSources()).toEqual(['TokenGeneration_HostedAuth'])
    expect(new URL(other.url).pathname).toBe('/_lifeguard/oidc/authorize')
  })
})

describe('a linked identity', () => {
  const link = (login: TestLogin, destination: string): Promise<Response> =>
    fetch(login.pools.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.AdminLinkProviderForUser', authorization: 'AWS4-HMAC-SHA256 local' },
      body: JSON.stringify({
        UserPoolId: login.pool.id,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: destination },
        SourceUser: { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: ANNA },
      }),
    })

  it('signs in as its destination, also the first time', async () => {
    const login = await start()
    const { sub } = login.addUser('anna-native')
    await link(login, 'anna-native')

    const back = await signIn(login, 'anna')
    const form = { grant_type: 'authorization_code', client_id: login.client.id, redirect_uri: CALLBACK }
    const answer = await login.post('/oauth2/token', { ...form, code: back.location?.searchParams.get('code') ?? '' })

    expect(login.takeSources()).toEqual(LATER)
    expect(readClaims(JSON.parse(await answer.text()).id_token)).toMatchObject({ sub, 'cognito:username': 'anna-native' })
    expect(login.pool.users.size).toBe(1)
  })

  it('fails once when the function links it during the sign-in, and then succeeds', async () => {
    const login: TestLogin = await start({
      triggers: {
        PreSignUp: async (event) => {
          await link(login, 'anna-native')
          return event
        },
      },
    })
    login.addUser('anna-native')

    const first = await signIn(login, 'anna')
    const second = await signIn(login, 'anna')

    expect(first.location?.searchParams.get('error_description')).toBe(`Already found an entry for username google_${ANNA}. `)
    expect(second.location?.searchParams.has('code')).toBe(true)
    expect(login.pool.users.size).toBe(1)
  })
})

describe('the way back from a provider', () => {
  it('reports that the person denied access', async () => {
    const login = await start()

    const back = await signIn(login, 'deny')

    expect(back.location?.searchParams.get('error')).toBe('access_denied')
    expect(login.takeSources()).toEqual([])
  })

  it('is refused in a browser that did not start the sign-in, and cannot be used twice', async () => {
    const login = await start()
    const browser = createBrowser()
    const page = await browser.open(login.authorizeUrl({ identity_provider: 'Google' }))
    const state = new URL(page.url).searchParams.get('state') ?? ''
    const response = `${login.pools.endpoint}/oauth2/idpresponse?${new URLSearchParams({ state, code: 'x' })}`

    const other = await createBrowser().open(response)
    const again = await browser.open(response)

    expect([other.status, again.status]).toEqual([400, 400])
    expect(other.text).toContain('Invalid state parameter.')
    expect(again.text).toContain('Invalid state parameter.')
  })

  it('refuses a code that the provider did not give', async () => {
    const login = await start()
    const browser = createBrowser()
    const page = await browser.open(login.authorizeUrl({ identity_provider: 'Google' }))
    const state = new URL(page.url).searchParams.get('state') ?? ''

    const back = await browser.open(`${login.pools.endpoint}/oauth2/idpresponse?${new URLSearchParams({ state, code: 'x' })}`)

    expect(back.location?.searchParams.get('error_description')).toBe('Exception processing authorization code ')
  })

  it('goes to the only provider of an app client at once', async () => {
    const login = await start({ client: { SupportedIdentityProviders: ['Google'] } })

    const page = await createBrowser().open(login.authorizeUrl())

    expect(new URL(page.url).pathname).toBe('/_lifeguard/oidc/authorize')
    expect(page.text).toContain('This page stands for Google.')
  })

  it('finds a provider by its identifier', async () => {
    const login = await start()
    login.pool.providers.set('Google', { ...login.pool.providers.get('Google'), IdpIdentifiers: ['example.com'] })

    const page = await createBrowser().open(login.authorizeUrl({ idp_identifier: 'example.com' }))
    const unknown = await createBrowser().open(login.authorizeUrl({ idp_identifier: 'example.org' }))

    expect(new URL(page.url).searchParams.get('provider')).toBe('Google')
    expect(unknown.text).toContain('Login option is not available.')
  })
})

it('saves a federated user with the pool', async () => {
  const login = await start()
  await signIn(login, 'anna')
  const [user] = login.pool.users.values()

  if (user !== undefined) saveUser(login.pools.world.store, login.pool, user, 1)

  expect([...login.pool.aliases.keys()]).toEqual([`sub:${user?.sub}`])
})
