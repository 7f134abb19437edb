import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** A user of the pool, and the answers to its sign-in. */
export interface PoolUser {
  readonly password: string
  readonly attributes: Readonly<Record<string, string>>
  /** The default is `CONFIRMED`. */
  readonly status?: string
  readonly enabled?: boolean
  /** The challenge after the right password. Without it, the user gets tokens. */
  readonly challenge?: string
  /** The error after the right password. */
  readonly error?: string
}

/** A fake Cognito endpoint. It supports only AdminInitiateAuth with ADMIN_USER_PASSWORD_AUTH, and AdminGetUser. */
export interface CognitoPasswordsEndpoint extends LocalService {
  readonly put: (userName: string, user: PoolUser) => void
  /** Makes every call fail with this error, such as `['TooManyRequestsException', 'Rate exceeded']`. With undefined, calls work again. */
  readonly fault: (error: readonly [string, string] | undefined) => void
  /** Returns the operations and parameters of all calls. */
  readonly calls: () => readonly (readonly [string, Readonly<Record<string, unknown>>])[]
}

type Answer = { readonly status: number; readonly body: object }

const TYPE = 'application/x-amz-json-1.1'
const toError = (name: string, message: string): Answer => ({ status: 400, body: { __type: name, message } })
const WRONG = toError('NotAuthorizedException', 'Incorrect username or password.')

/**
 * Starts the endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html
 */
export async function startCognitoPasswords(): Promise<CognitoPasswordsEndpoint> {
  const users = new Map<string, PoolUser>()
  const calls: (readonly [string, Readonly<Record<string, unknown>>])[] = []
  let fault: readonly [string, string] | undefined

  const signIn = ({ AuthFlow, AuthParameters }: Readonly<Record<string, unknown>>): Answer => {
    if (AuthFlow !== 'ADMIN_USER_PASSWORD_AUTH') return toError('InvalidParameterException', 'Auth flow not enabled for this client')
    const { USERNAME, PASSWORD } = Object(AuthParameters)
    const user = users.get(USERNAME)
    if (user === undefined) return toError('UserNotFoundException', 'User does not exist.')
    if (PASSWORD !== user.password) return WRONG
    if (user.error !== undefined) return toError(user.error, 'Injected refusal')
    if (user.enabled === false) return toError('NotAuthorizedException', 'User is disabled.')
    if (user.challenge !== undefined)
      return { status: 200, body: { ChallengeName: user.challenge, Session: 'session', ChallengeParameters: {} } }
    return { status: 200, body: { AuthenticationResult: { AccessToken: 'legacy-access-token' }, ChallengeParameters: {} } }
  }
  const getUser = ({ Username }: Readonly<Record<string, unknown>>): Answer => {
    const user = users.get(String(Username))
    if (user === undefined) return toError('UserNotFoundException', 'User does not exist.')
    const UserAttributes = Object.entries(user.attributes).map(([Name, Value]) => ({ Name, Value }))
    return { status: 200, body: { Username, UserAttributes, Enabled: user.enabled ?? true, UserStatus: user.status ?? 'CONFIRMED' } }
  }
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const operation = String(request.headers['x-amz-target']).replace('AWSCognitoIdentityProviderService.', '')
    const asked = Object(await json(request))
    calls.push([operation, asked])
    if (fault !== undefined) return toError(...fault)
    if (operation === 'AdminInitiateAuth') return signIn(asked)
    return operation === 'AdminGetUser' ? getUser(asked) : toError('UnknownOperationException', '')
  }

  const service = await listenOnLoopback(
    createServer((request, response) => {
      answer(request).then(
        ({ status, body }) => response.writeHead(status, { 'content-type': TYPE }).end(JSON.stringify(body)),
        () => response.destroy(),
      )
    }),
  )
  return {
    ...service,
    put: (userName, user) => void users.set(userName, user),
    fault: (error) => {
      fault = error
    },
    calls: () => calls,
  }
}
