import { describe, expect, it } from 'vitest'
import { createBrowser, exchangeCode, readClaims, signInAt, startForTest, type TestLogin } from '../../../support/managed-login.ts'

const ANNA = '108256943017420951736'
const LATER = [
  'InboundFederation_ExternalProvider',
  'PreAuthentication_Authentication',
  'PostAuthentication_Authentication',
  'TokenGeneration_HostedAuth',
]

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
    const login = await startForTest()
    const { sub } = login.addUser('anna-native')
    await link(login, 'anna-native')

    const back = await signInAt(login, 'anna')
    const tokens = await exchangeCode(login, back)

    expect(login.takeSources()).toEqual(LATER)
    expect(readClaims(tokens.id_token)).toMatchObject({ sub, 'cognito:username': 'anna-native' })
    expect(login.pool.users.size).toBe(1)
  })

  it('fails once when the function links it during the sign-in, and then succeeds', async () => {
    const login: TestLogin = await startForTest({
      triggers: {
        PreSignUp: async (event) => {
          await link(login, 'anna-native')
          return event
        },
      },
    })
    login.addUser('anna-native')

    const first = await signInAt(login, 'anna')
    const second = await signInAt(login, 'anna')

    expect(first.location?.searchParams.get('error_description')).toBe(`Already found an entry for username google_${ANNA}. `)
    expect(second.location?.searchParams.has('code')).toBe(true)
    expect(login.pool.users.size).toBe(1)
  })
})

describe('the way back from a provider', () => {
  it('reports that the person denied access', async () => {
    const login = await startForTest()

    const back = await signInAt(login, 'deny')

    expect(back.location?.searchParams.get('error')).toBe('access_denied')
    expect(login.takeSources()).toEqual([])
  })

  it('is refused in a browser that did not start the sign-in, and cannot be used twice', async () => {
    const login = await startForTest()
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
    const login = await startForTest()
    const browser = createBrowser()
    const page = await browser.open(login.authorizeUrl({ identity_provider: 'Google' }))
    const state = new URL(page.url).searchParams.get('state') ?? ''

    const back = await browser.open(`${login.pools.endpoint}/oauth2/idpresponse?${new URLSearchParams({ state, code: 'x' })}`)

    expect(back.location?.searchParams.get('error_description')).toBe('Exception processing authorization code ')
  })

  it('goes to the only provider of an app client at once', async () => {
    const login = await startForTest({ client: { SupportedIdentityProviders: ['Google'] } })

    const page = await createBrowser().open(login.authorizeUrl())

    expect(new URL(page.url).pathname).toBe('/_lifeguard/oidc/authorize')
    expect(page.text).toContain('This page stands for Google.')
  })

  it('finds a provider by its identifier', async () => {
    const login = await startForTest()
    login.pool.providers.set('Google', { ...login.pool.providers.get('Google'), IdpIdentifiers: ['example.com'] })

    const page = await createBrowser().open(login.authorizeUrl({ idp_identifier: 'example.com' }))
    const unknown = await createBrowser().open(login.authorizeUrl({ idp_identifier: 'example.org' }))

    expect(new URL(page.url).searchParams.get('provider')).toBe('Google')
    expect(unknown.text).toContain('Login option is not available.')
  })
})
