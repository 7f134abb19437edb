import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../src/tools/local/loopback.ts'
import { POOL, toUserName, type User } from './users.ts'

/** A local user pool for the sweeper. It supports only ListUsers with a filter on `sub`. */
export interface UserPool extends LocalService {
  readonly add: (user: User, createdAt: Date) => void
  readonly remove: (user: User) => void
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

  const answer = async (request: IncomingMessage): Promise<Answered> => {
    const asked: unknown = await json(request)
    if (request.headers['x-amz-target'] !== 'AWSCognitoIdentityProviderService.ListUsers') return createRefusal('UnknownOperationException')
    const { UserPoolId, Filter }: { readonly UserPoolId?: unknown; readonly Filter?: unknown } = Object(asked)
    if (UserPoolId !== POOL) return createRefusal('ResourceNotFoundException')
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
