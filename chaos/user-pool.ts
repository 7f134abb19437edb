import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../src/tools/local/loopback.ts'
import { POOL, toUserName, type User } from './users.ts'

/** A local user pool for the handlers. It supports ListUsers with a filter on `sub`, and AdminAddUserToGroup. */
export interface UserPool extends LocalService {
  readonly add: (user: User, createdAt: Date) => void
  readonly remove: (user: User) => void
  /** Returns the names of the users whom handlers added to a group. */
  readonly grouped: () => ReadonlySet<string>
}

interface ListOrAddRequest {
  readonly UserPoolId?: unknown
  readonly Filter?: unknown
  readonly Username?: unknown
}

interface Answered {
  readonly status: number
  readonly body: object
}

const FILTER = /^sub = "([0-9a-f-]{36})"$/

/**
 * Starts an empty user pool.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 */
export async function startUserPool(): Promise<UserPool> {
  const users = new Map<string, { readonly user: User; readonly createdAt: Date }>()
  const grouped = new Set<string>()

  const answer = async (request: IncomingMessage): Promise<Answered> => {
    const { UserPoolId, Filter, Username }: ListOrAddRequest = Object(await json(request))
    if (UserPoolId !== POOL) return createRefusal('ResourceNotFoundException')
    const [, operation] = `${request.headers['x-amz-target']}`.split('.')
    if (operation === 'AdminAddUserToGroup') {
      grouped.add(String(Username))
      return { status: 200, body: {} }
    }
    if (operation !== 'ListUsers') return createRefusal('UnknownOperationException')
    const [, sub = ''] = FILTER.exec(String(Filter)) ?? []
    if (sub === '') return createRefusal('InvalidParameterException')
    const found = users.get(sub)
    return { status: 200, body: { Users: found === undefined ? [] : [toListedUser(found.user, found.createdAt)] } }
  }

  const service = await listenOnLoopback(
    createServer((request, response) => {
      answer(request).then(
        ({ status, body }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body)),
        () => response.destroy(),
      )
    }),
  )
  return {
    ...service,
    add: (user, createdAt) => void users.set(user.sub, { user, createdAt }),
    remove: (user) => void users.delete(user.sub),
    grouped: () => grouped,
  }
}

function createRefusal(name: string): Answered {
  return { status: 400, body: { __type: name, message: 'Not as expected' } }
}

function toListedUser(user: User, createdAt: Date): object {
  const attributes = { sub: user.sub, email: user.email, email_verified: 'true', name: `User ${user.index}` }
  const seconds = createdAt.getTime() / 1000
  return {
    Username: toUserName(user),
    Attributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserCreateDate: seconds,
    UserLastModifiedDate: seconds,
  }
}
