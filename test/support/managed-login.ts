import { createHash, randomBytes } from 'node:crypto'
import { decodeHTML } from 'entities'
import { onTestFinished } from 'vitest'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import type { TriggerCall } from '../../src/tools/pool/journal.ts'
import type { AppClient, Pool, User } from '../../src/tools/pool/model.ts'
import { setPassword } from '../../src/tools/pool/passwords.ts'
import { parseClientSettings } from '../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../src/tools/pool/settings/pool-settings.ts'
import { type LocalPools, type PoolsOptions, startPools } from '../../src/tools/pool/start-pool.ts'
import { createClient, createPool, createUser, saveUser } from '../../src/tools/pool/store.ts'
import { decode } from '../../src/tools/pool/tokens.ts'
import { deliver } from '../../src/tools/replay/cognito.ts'
import type { Invocation } from '../../src/tools/replay/invocation.ts'
import type { LambdaFunction } from '../../src/tools/replay/lambda.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test's function reads and writes the event of any trigger
type TriggerFunction = (event: any) => unknown

/** The application that a browser comes from and goes back to. Its port is not open. */
export const CALLBACK = 'http://localhost:9/callback'
export const SIGNED_OUT = 'http://localhost:9/signed-out'
export const PASSWORD = 'Correct-horse-7'

/** Settings of {@link startLogin}. */
export interface LoginOptions extends Partial<Omit<PoolsOptions, 'call'>> {
  /** The functions of the pool. The others let everything pass. */
  readonly triggers?: Readonly<Partial<Record<TriggerName, TriggerFunction>>>
  readonly pool?: Readonly<Record<string, unknown>>
  readonly client?: Readonly<Record<string, unknown>>
  readonly secret?: string
  /** The version of the events of PreTokenGeneration. */
  readonly tokenVersion?: 'V1_0' | 'V2_0' | 'V3_0'
}

/** A pool with managed login, one app client, and a function for every trigger. */
export interface TestLogin {
  readonly pools: LocalPools
  readonly pool: Pool
  readonly client: AppClient
  /** Adds a confirmed user with {@link PASSWORD}. */
  readonly addUser: (username: string, attributes?: Readonly<Record<string, string>>) => User
  /** Returns the calls of functions since the last use of this function, oldest first. */
  readonly takeCalls: () => readonly TriggerCall[]
  /** Returns the sources of {@link takeCalls}. */
  readonly takeSources: () => readonly string[]
  /** Returns the URL of `/oauth2/authorize`. */
  readonly authorizeUrl: (more?: Readonly<Record<string, string>>) => string
  /** Sends a form to an OAuth endpoint. */
  readonly post: (path: string, form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) => Promise<Response>
}

/** Starts a pool with managed login. */
export async function startLogin(options: LoginOptions = {}): Promise<TestLogin> {
  const { triggers = {}, pool: poolSettings, client: clientSettings, secret, tokenVersion = 'V1_0', ...rest } = options
  const pools = await startPools({
    encrypt: async (code) => code,
    ...rest,
    call: ({ trigger, event }) => deliver(toLambda(triggers[trigger] ?? ((given) => given)), trigger, event),
  })
  const { world } = pools
  const LambdaConfig = Object.fromEntries(
    TRIGGER_NAMES.filter((name) => !name.startsWith('Custom')).map((name) => [
      triggerFacts(name).versionKey ?? name,
      toConfig(name, name === 'PreTokenGeneration' ? tokenVersion : 'V1_0'),
    ]),
  )
  const base = { PoolName: 'test', AutoVerifiedAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false }, LambdaConfig }
  const pool = createPool(world.store, parsePoolSettings({ ...base, ...poolSettings }), world.now())
  for (const [ProviderName, ProviderType] of [
    ['Google', 'Google'],
    ['CampusSaml', 'SAML'],
    ['Facebook', 'Facebook'],
  ] as const) {
    const AttributeMapping = {
      email: 'email',
      given_name: 'given_name',
      ...(ProviderType === 'Google' && { email_verified: 'email_verified' }),
    }
    pool.providers.set(ProviderName, { UserPoolId: pool.id, ProviderName, ProviderType, ProviderDetails: {}, AttributeMapping })
  }
  const settings = {
    ClientName: 'test',
    PreventUserExistenceErrors: 'ENABLED',
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code', 'implicit'],
    AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin', 'orders/read'],
    CallbackURLs: [CALLBACK, 'myapp://callback'],
    LogoutURLs: [SIGNED_OUT],
    SupportedIdentityProviders: ['COGNITO', 'Google', 'CampusSaml', 'Facebook'],
  }
  const client = createClient(world.store, pool, parseClientSettings({ ...settings, ...clientSettings }), world.now(), { secret })
  let last = 0
  const takeCalls = (): readonly TriggerCall[] => {
    const entries = world.journal.entries().filter(({ id }) => id > last)
    last = entries.at(-1)?.id ?? last
    return entries.flatMap(({ steps }) => steps.flatMap(({ trigger }) => trigger ?? []))
  }
  return {
    pools,
    pool,
    client,
    addUser(username, attributes = { email: `${username}@example.com`, email_verified: 'true' }) {
      const user = createUser(username, attributes, 'CONFIRMED', world.now())
      saveUser(world.store, pool, user, world.now())
      setPassword(world, pool, user, PASSWORD)
      return user
    },
    takeCalls,
    takeSources: () => takeCalls().map(({ source }) => source),
    authorizeUrl(more) {
      const query = { response_type: 'code', client_id: client.id, redirect_uri: CALLBACK, scope: 'openid email', state: 'st-1' }
      return `${pools.endpoint}/oauth2/authorize?${new URLSearchParams({ ...query, ...more })}`
    },
    post: (path, form, headers = {}) =>
      fetch(`${pools.endpoint}${path}`, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' }),
  }
}

/** Starts a pool with managed login, and stops it at the end of the test. */
export async function startForTest(options?: LoginOptions): Promise<TestLogin> {
  const login = await startLogin(options)
  onTestFinished(login.pools.stop)
  return login
}

function toConfig(name: TriggerName, version: string): unknown {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  return triggerFacts(name).lambdaVersions === undefined ? arn : { LambdaArn: arn, LambdaVersion: version }
}

/** Runs a function in this process. Its event and its answer pass through JSON, as in Lambda. */
function toLambda(run: TriggerFunction): LambdaFunction {
  return {
    async invoke(event): Promise<Invocation> {
      const common = { decision: null, durationMs: 0 }
      try {
        return { kind: 'returned', json: JSON.stringify((await run(JSON.parse(JSON.stringify(event)))) ?? null), ...common }
      } catch (thrown) {
        const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
        return { kind: 'threw', error: { name, message }, cause: message, refusal: true, ...common }
      }
    },
    rule: async () => undefined,
    loadError: async () => undefined,
    end: async () => undefined,
    stop: async () => undefined,
  }
}

/** A page or a redirect that a browser got. */
export interface Visited {
  readonly status: number
  /** The URL that was asked last. */
  readonly url: string
  /** The URL of a redirect to the application, which the browser did not follow. */
  readonly location: URL | undefined
  readonly text: string
  readonly headers: Headers
}

/** A browser without scripts: it keeps cookies, follows redirects on the server, and sends forms. */
export interface TestBrowser {
  readonly cookies: Map<string, string>
  readonly open: (url: string) => Promise<Visited>
  /** Sends the form of a page that has all the fields, with its hidden ones. @param path The path of the form, if several have the fields. */
  readonly submit: (page: Visited, fields: Readonly<Record<string, string>>, path?: string) => Promise<Visited>
}

/** Signs a browser in at a provider, as one of its people. Ignores the session of the browser. */
export async function signInAt(
  login: TestLogin,
  identity: string,
  provider = 'Google',
  browser: TestBrowser = createBrowser(),
): Promise<Visited> {
  const page = await browser.open(login.authorizeUrl({ identity_provider: provider, prompt: 'login' }))
  return browser.submit(page, { identity })
}

/** Exchanges the code of a redirect for tokens. */
export async function exchangeCode(login: TestLogin, { location }: Visited): Promise<Readonly<Record<string, unknown>>> {
  const code = location?.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: login.client.id, redirect_uri: CALLBACK, code }
  return JSON.parse(await (await login.post('/oauth2/token', form)).text())
}

/** Creates a browser without cookies. */
export function createBrowser(): TestBrowser {
  const cookies = new Map<string, string>()
  async function visit(url: string, form?: URLSearchParams): Promise<Visited> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const origin = form === undefined ? undefined : { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }
    const headers = { ...(cookie !== '' && { cookie }), ...origin }
    const response = await fetch(url, { redirect: 'manual', headers, ...(form !== undefined && { method: 'POST', body: form }) })
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(each) ?? []
      if (rest.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    }
    const target = response.headers.get('location')
    const location = target === null ? undefined : new URL(target, url)
    if (location !== undefined && location.origin === new URL(url).origin) return visit(location.href)
    return { status: response.status, url, location, text: await response.text(), headers: response.headers }
  }
  return {
    cookies,
    open: (url) => visit(url),
    submit(page, fields, path = '') {
      const forms = page.text.match(/<form[\s\S]*?<\/form>/g) ?? []
      const form = forms.find(
        (each) => each.includes(`action="${path}`) && Object.keys(fields).every((name) => each.includes(`name="${name}"`)),
      )
      if (form === undefined) throw new Error(`The page has no form with ${Object.keys(fields)}: ${page.text}`)
      const [, action = ''] = /action="([^"]*)"/.exec(form) ?? []
      const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        decodeHTML(value),
      ])
      return visit(new URL(decodeHTML(action), page.url).href, new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }))
    },
  }
}

/** Returns a code verifier and its code challenge. */
export function createPkce(): { readonly verifier: string; readonly challenge: Readonly<Record<string, string>> } {
  const verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  return { verifier, challenge: { code_challenge, code_challenge_method: 'S256' } }
}

/** Returns the claims of a token. */
export function readClaims(token: unknown): Readonly<Record<string, unknown>> {
  return decode(String(token).split('.')[1] ?? '') ?? {}
}
