// The program of a page that signs in through managed login. Chromium sets `loginConfig` before the program runs, also after a redirect.
import 'aws-amplify/auth/enable-oauth-listener'
import { Amplify } from 'aws-amplify'
import { fetchAuthSession, signInWithRedirect, signOut } from 'aws-amplify/auth'
import { Hub } from 'aws-amplify/utils'

/** The settings of the page. */
export interface LoginConfig {
  readonly userPoolId: string
  readonly clientId: string
  readonly endpoint: string
  /** The host and the port of managed login. */
  readonly domain: string
  /** The page itself. */
  readonly url: string
}

const events: string[] = []
Hub.listen('auth', ({ payload }) => {
  events.push(payload.event)
  if (payload.event === 'signInWithRedirect_failure') events.push(String(payload.data?.error?.message))
})

const config: LoginConfig = Reflect.get(globalThis, 'loginConfig')
Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: config.userPoolId,
      userPoolClientId: config.clientId,
      userPoolEndpoint: config.endpoint,
      loginWith: {
        oauth: {
          domain: config.domain,
          scopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
          redirectSignIn: [config.url],
          redirectSignOut: [config.url],
          responseType: 'code',
        },
      },
    },
  },
})

Object.assign(globalThis, {
  /** The events of Amplify's Hub since the page was loaded, and the message of a failure after its event. */
  authEvents: events,
  signIn: () => signInWithRedirect(),
  signInWithGoogle: () => signInWithRedirect({ provider: 'Google' }),
  signOut: () => signOut(),
  async readClaims(): Promise<object> {
    const { tokens } = await fetchAuthSession()
    return { id: tokens?.idToken?.payload ?? null, access: tokens?.accessToken.payload ?? null }
  },
})
