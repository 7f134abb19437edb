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
}

/** A fake Cognito endpoint. It supports only ListUsers with an exact filter by `sub` or `email`. */
export interface CognitoUsersEndpoint extends LocalService {
  readonly addPool: (userPoolId: string, ...users: readonly ListedUser[]) => void
  /** Makes every call fail with this Cognito error. With undefined, calls work again. */
  readonly fault: (name: string | undefined) => void
  /** Returns the filters of all calls. */
  readonly filters: () => readonly string[]
}

const TYPE = 'application/x-amz-json-1.1'
/** The maximum of users in a response, and the default. */
const MOST_USERS = 60
const FILTER = /^(sub|email) = "((?:[^"\\]|\\.)*)"$/

/**
 * Starts the endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 */
export async function startCognitoUsers(): Promise<CognitoUsersEndpoint> {
  const pools = new Map<string, readonly ListedUser[]>()
  const filters: string[] = []
  let fault: string | undefined

  const listUsers = (asked: unknown): { readonly status: number; readonly body: object } => {
    if (fault !== undefined) return { status: 400, body: { __type: fault, message: 'Injected fault' } }
    const { UserPoolId, Filter, Limit = MOST_USERS, PaginationToken } = Object(asked)
    filters.push(Filter)
    const users = pools.get(UserPoolId)
    if (users === undefined)
      return { status: 400, body: { __type: 'ResourceNotFoundException', message: `User pool ${UserPoolId} does not exist.` } }
    const [, name, escaped] = FILTER.exec(Filter) ?? []
    if (name === undefined || escaped === undefined)
      return { status: 400, body: { __type: 'InvalidParameterException', message: 'Error while parsing filter.' } }
    const value = escaped.replaceAll(/\\(.)/g, '$1')
    const found = users.filter(({ attributes }) => attributes[name] === value)
    const start = Number(PaginationToken ?? 0)
    const end = start + Limit
    return {
      status: 200,
      body: { Users: found.slice(start, end).map(described), ...(end < found.length && { PaginationToken: String(end) }) },
    }
  }
  const answer = async (request: IncomingMessage): Promise<ReturnType<typeof listUsers>> => {
    if (request.headers['x-amz-target'] === 'AWSCognitoIdentityProviderService.ListUsers') return listUsers(await json(request))
    return { status: 400, body: { __type: 'UnknownOperationException' } }
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
  }
}

function described({ userName, attributes, createdAt, status = 'CONFIRMED' }: ListedUser): object {
  return {
    Username: userName,
    Attributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    // Cognito's API uses seconds, not milliseconds.
    ...(createdAt && { UserCreateDate: createdAt.getTime() / 1000 }),
    Enabled: true,
    UserStatus: status,
  }
}
