import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { FIXED_CODE, type RunningPool } from './contestants.ts'

/** A client of a pool, with one connection. */
export interface PoolClient {
  /** Sends a request. @throws Error with the pool's answer if it is not a success. */
  readonly send: (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>
  /** Sends a request, and returns the answer whatever it is. */
  readonly ask: (operation: string, input: object) => Promise<PoolAnswer>
  readonly get: (path: string) => Promise<unknown>
  readonly close: () => void
}

export interface PoolAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export function createPoolClient(endpoint: string): PoolClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = (method: string, path: string, headers: Readonly<Record<string, string | number>>, body?: string): Promise<PoolAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, endpoint), { method, headers, agent }, (response) => {
        text(response).then((all) => resolve({ status: response.statusCode ?? 0, body: parse(all) }), reject)
      })
      outgoing.on('error', reject).end(body)
    })
  const ask = (operation: string, input: object): Promise<PoolAnswer> => {
    const body = JSON.stringify(input)
    return call(
      'POST',
      '/',
      { ...HEADERS, 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`, 'content-length': Buffer.byteLength(body) },
      body,
    )
  }
  return {
    ask,
    async send(operation, input) {
      const { status, body } = await ask(operation, input)
      if (status !== 200) throw new Error(`${endpoint} answers ${operation} with ${status} ${JSON.stringify(body)}`)
      return body
    },
    get: async (path) => (await call('GET', path, { accept: 'application/json' })).body,
    close: () => agent.destroy(),
  }
}

const HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  authorization: 'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/cognito-idp/aws4_request',
}

function parse(json: string) {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}

/** A user pool and its app client. */
export interface Ids {
  readonly UserPoolId: string
  readonly ClientId: string
}

/** Creates a user pool that verifies email addresses, and an app client that allows a sign-in with a password. */
export async function createIds({ send }: PoolClient, pool: object = {}, client: object = {}): Promise<Ids> {
  const { UserPool } = await send('CreateUserPool', {
    PoolName: 'bench',
    AutoVerifiedAttributes: ['email'],
    UsernameAttributes: [],
    ...pool,
  })
  const UserPoolId = String(Object(UserPool).Id)
  const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
  const { UserPoolClient } = await send('CreateUserPoolClient', { UserPoolId, ClientName: 'bench', ExplicitAuthFlows, ...client })
  return { UserPoolId, ClientId: String(Object(UserPoolClient).ClientId) }
}

export const PASSWORD = 'Correct-horse-1'

/**
 * Runs the flow that both pools can do: sign-up, confirmation, sign-in with the password, and GetUser. Lifeguard's codes are random, so
 * its flow has one request more, which reads the inbox.
 */
export async function runFlow(client: PoolClient, { name }: Pick<RunningPool, 'name'>, { ClientId }: Ids, Username: string): Promise<void> {
  const email = `${Username}@example.com`
  await client.send('SignUp', { ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: email }] })
  await client.send('ConfirmSignUp', { ClientId, Username, ConfirmationCode: await readCode(client, name, email) })
  const AuthParameters = { USERNAME: Username, PASSWORD }
  const { AuthenticationResult } = await client.send('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
  const { AccessToken } = Object(AuthenticationResult)
  const user = await client.send('GetUser', { AccessToken })
  if (!JSON.stringify(user.UserAttributes).includes(email)) throw new Error(`GetUser answers ${JSON.stringify(user)}; expected ${email}`)
}

/** Returns the code of the newest message to an address. */
export async function readCode({ get }: PoolClient, name: RunningPool['name'], to: string): Promise<string> {
  if (name === 'cognito-local') return FIXED_CODE
  const messages = await get(`/_lifeguard/inbox?to=${encodeURIComponent(to)}`)
  return String(Object(Array.isArray(messages) ? messages.at(-1) : undefined).code)
}
