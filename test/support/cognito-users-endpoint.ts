import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** A user in a response of ListUsers. */
export interface ListedUser {
  readonly userName: string
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAt?: Date
  /** The default is `CONFIRMED`. */
  readonly status?: string
  /** The default is true. */
  readonly enabled?: boolean
}

/** A request that the endpoint got. */
export interface CognitoCall {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * A fake Cognito endpoint. It supports ListUsers with an exact filter by `sub`, `email` or `phone_number`, and these operations on one user: AdminGetUser,
 * AdminDeleteUser, AdminSetUserPassword and AdminLinkProviderForUser.
 */
export interface CognitoUsersEndpoint extends LocalService {
  readonly addPool: (userPoolId: string, ...users: readonly ListedUser[]) => void
  /** Makes every call fail with this Cognito error. With undefined, calls work again. */
  readonly fault: (name: string | undefined) => void
  /** Returns the filters of all calls. */
  readonly filters: () => readonly string[]
  /** Returns all calls. */
  readonly calls: () => readonly CognitoCall[]
  /** Returns the users of a pool as they are now. */
  readonly users: (userPoolId: string) => readonly ListedUser[]
}

const TYPE = 'application/x-amz-json-1.1'
/** The maximum of users in a response, and the default. */
const MOST_USERS = 60
const OPERATIONS = ['ListUsers', 'AdminGetUser', 'AdminDeleteUser', 'AdminSetUserPassword', 'AdminLinkProviderForUser']
const FILTER = /^(sub|email|phone_number) = "((?:[^"\\]|\\.)*)"$/

/**
 * Starts the endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 */
export async function startCognitoUsers(): Promise<CognitoUsersEndpoint> {
  const pools = new Map<string, readonly ListedUser[]>()
  const filters: string[] = []
  const calls: CognitoCall[] = []
  let fault: string | undefined

  const listUsers = (users: readonly ListedUser[], { Filter, Limit, PaginationToken }: Asked): Response => {
    filters.push(`${Filter}`)
    const [, name, escaped] = FILTER.exec(`${Filter}`) ?? []
    if (name === undefined || escaped === undefined) return fail('InvalidParameterException', 'Error while parsing filter.')
    const value = escaped.replaceAll(/\\(.)/g, '$1')
    const found = users.filter(({ attributes }) => attributes[name] === value)
    const start = Number(PaginationToken ?? 0)
    const end = start + Number(Limit ?? MOST_USERS)
    return {
      status: 200,
      body: {
        Users: found.slice(start, end).map((user) => ({ ...describe(user), Attributes: listAttributes(user) })),
        ...(end < found.length && { PaginationToken: String(end) }),
      },
    }
  }
  /** Runs an operation on one user, and stores the changed user, or removes the user if the operation returns none. */
  const changeUser = (users: readonly ListedUser[], operation: string, asked: Asked): Response => {
    const destination = Object(asked.DestinationUser).ProviderAttributeValue
    const name = `${asked.Username ?? destination}`
    const user = users.find(({ userName }) => userName === name)
    if (user === undefined) return fail('UserNotFoundException', 'User does not exist.')
    if (operation === 'AdminGetUser') return { status: 200, body: { ...describe(user), UserAttributes: listAttributes(user) } }
    const others = users.filter((each) => each !== user)
    const pool = `${asked.UserPoolId}`
    if (operation === 'AdminDeleteUser') pools.set(pool, others)
    else if (operation === 'AdminSetUserPassword') pools.set(pool, [...others, { ...user, status: 'CONFIRMED' }])
    else {
      const { ProviderName: providerName, ProviderAttributeValue: userId } = Object(asked.SourceUser)
      const identities = [...JSON.parse(user.attributes.identities ?? '[]'), { providerName, userId }]
      pools.set(pool, [...others, { ...user, attributes: { ...user.attributes, identities: JSON.stringify(identities) } }])
    }
    return { status: 200, body: {} }
  }
  const answer = async (request: IncomingMessage): Promise<Response> => {
    const operation = `${request.headers['x-amz-target']}`.replace('AWSCognitoIdentityProviderService.', '')
    if (!OPERATIONS.includes(operation)) return { status: 400, body: { __type: 'UnknownOperationException' } }
    const asked: Asked = Object(await json(request))
    calls.push({ operation, input: asked })
    if (fault !== undefined) return fail(fault, 'Injected fault')
    const users = pools.get(`${asked.UserPoolId}`)
    if (users === undefined) return fail('ResourceNotFoundException', `User pool ${asked.UserPoolId} does not exist.`)
    return operation === 'ListUsers' ? listUsers(users, asked) : changeUser(users, operation, asked)
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
    addPool: (userPoolId, ...users) => pools.set(userPoolId, users),
    fault: (name) => {
      fault = name
    },
    filters: () => filters,
    calls: () => calls,
    users: (userPoolId) => pools.get(userPoolId) ?? [],
  }
}

type Asked = Readonly<Record<string, unknown>>

interface Response {
  readonly status: number
  readonly body: object
}

function fail(name: string, message: string): Response {
  return { status: 400, body: { __type: name, message } }
}

function describe({ userName, createdAt, status = 'CONFIRMED', enabled = true }: ListedUser): object {
  return {
    Username: userName,
    // Cognito's API uses seconds, not milliseconds.
    ...(createdAt && { UserCreateDate: createdAt.getTime() / 1000 }),
    Enabled: enabled,
    UserStatus: status,
  }
}

function listAttributes({ attributes }: ListedUser): readonly object[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
}
