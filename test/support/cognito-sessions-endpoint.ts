import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** A user in the pool of the endpoint. */
export interface SessionUser {
  readonly userName: string
  readonly attributes: Readonly<Record<string, string>>
  /** The user's sessions, by id. An id that begins with `tkn` is a token session. */
  readonly sessions?: readonly string[]
}

/** A request that the endpoint got. */
export interface SessionCall {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

/** A fake Cognito endpoint with the operations that look up users, sign them out, and end their sessions. */
export interface CognitoSessionsEndpoint extends LocalService {
  readonly setUsers: (...users: readonly SessionUser[]) => void
  /** Makes an operation fail with this Cognito error. With undefined, it works again. */
  readonly fault: (operation: string, name: string | undefined) => void
  /** Returns the calls since the last use of this function, oldest first. */
  readonly takeCalls: () => readonly SessionCall[]
}

/** Starts the endpoint. ListUsers and AdminListUserSessions return one item a page, so that callers must read all pages. */
export async function startCognitoSessions(): Promise<CognitoSessionsEndpoint> {
  let users: readonly SessionUser[] = []
  let calls: SessionCall[] = []
  const faults = new Map<string, string>()

  const answer = async (request: IncomingMessage): Promise<Response> => {
    const operation = `${request.headers['x-amz-target']}`.replace('AWSCognitoIdentityProviderService.', '')
    const input: Readonly<Record<string, unknown>> = Object(await json(request))
    calls.push({ operation, input })
    const fault = faults.get(operation)
    if (fault !== undefined) return fail(fault, 'Injected fault')
    if (operation === 'ListUsers') {
      const [, name = '', value = ''] = /^(\w+) = "(.*)"$/s.exec(`${input.Filter}`) ?? []
      const found = users.filter(({ attributes }) => attributes[name]?.toLowerCase() === value.replaceAll(/\\(.)/g, '$1').toLowerCase())
      const { items, next } = paginate(found, input.PaginationToken)
      return {
        status: 200,
        body: { Users: items.map((user) => ({ Username: user.userName, Attributes: list(user) })), PaginationToken: next },
      }
    }
    const user = users.find(({ userName }) => userName === input.Username)
    if (user === undefined) return fail('UserNotFoundException', 'User does not exist.')
    if (operation === 'AdminGetUser') return { status: 200, body: { Username: user.userName, UserAttributes: list(user) } }
    if (operation !== 'AdminListUserSessions') return { status: 200, body: {} }
    const { items, next } = paginate(user.sessions ?? [], input.NextToken)
    const Sessions = items.map((SessionId) => ({ SessionId, SessionType: SessionId.startsWith('tkn') ? 'TOKEN' : 'SSO' }))
    return { status: 200, body: { Sessions, NextToken: next } }
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
    setUsers: (...given) => {
      users = given
    },
    fault: (operation, name) => {
      if (name === undefined) faults.delete(operation)
      else faults.set(operation, name)
    },
    takeCalls: () => {
      const taken = calls
      calls = []
      return taken
    },
  }
}

interface Response {
  readonly status: number
  readonly body: object
}

function paginate<T>(items: readonly T[], token: unknown): { readonly items: readonly T[]; readonly next: string | undefined } {
  const start = Number(token ?? 0)
  return { items: items.slice(start, start + 1), next: start + 1 < items.length ? String(start + 1) : undefined }
}

function list({ attributes }: SessionUser): readonly object[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
}

function fail(name: string, message: string): Response {
  return { status: 400, body: { __type: name, message } }
}
