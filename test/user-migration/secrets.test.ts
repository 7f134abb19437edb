import { createServer } from 'node:http'
import { inspect } from 'node:util'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoPoolDirectory, type Directory, dynamoHashDirectory, httpDirectory } from '../../src/shared/directory/index.ts'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { migrateUsers, type UserMigration, userMigration } from '../../src/user-migration/index.ts'
import { migrationEvent, TYPED } from './migration-event.ts'

// Repeats a request with its password, or refuses it.
let echo: LocalService
const nowhere = 'http://127.0.0.1:9'
beforeAll(async () => {
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/refused')) return void request.pipe(response)
    response.writeHead(400, { 'x-amzn-requestid': 'r' }).end('{"__type":"InternalErrorException","message":"refused"}')
  })
  echo = await listenOnLoopback(server)
})
afterAll(() => echo.stop())

const options = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 }
const tableAt = (endpoint: string): Directory =>
  dynamoHashDirectory({
    documents: () => DynamoDBDocumentClient.from(new DynamoDBClient({ ...options, endpoint })),
    table: 't',
    hash: 'scrypt:ln=1,r=1,p=1',
  })
const poolAt = (endpoint: string): Directory =>
  cognitoPoolDirectory({
    cognito: () => new CognitoIdentityProviderClient({ ...options, endpoint }),
    userPoolId: 'eu-west-1_Old',
    clientId: 'c',
  })
const thrower = (fail: (password: string) => never): Directory => ({
  checkPassword: async ({ password }) => fail(password),
  findUser: async () => undefined,
})

/** Runs the handler on a sign-in, and returns everything that it logs, throws and records. */
async function collect(
  directory: Directory,
  requirePolicy?: (password: string) => boolean,
): Promise<{ kind: string; text: string; own: string }> {
  const lines: string[] = []
  const seen: unknown[] = []
  const settings = {
    write: (line: string) => void lines.push(line),
    middleware: [
      {
        before: ({ event }: { event: unknown }) => void seen.push(event),
        after: ({ response }: { response: unknown }) => void seen.push(response),
      },
    ],
  }
  const handler = userMigration(settings, migrateUsers(directory, requirePolicy && { requirePolicy }))
  const thrown: unknown = await handler(migrationEvent()).then(
    () => undefined,
    (error: unknown) => error,
  )
  const decision = await handler.decide(migrationEvent())
  const own = inspect(decision, { depth: 20, showHidden: true })
  return { kind: decision.kind, text: inspect([lines, seen, thrown], { depth: 20, showHidden: true, maxStringLength: null }), own }
}

describe('the password of a user migration event', () => {
  it.each<[string, () => Directory]>([
    ['the table is unreachable', () => tableAt(nowhere)],
    ['the table refuses', () => tableAt(`${echo.endpoint}/refused`)],
    ['the pool is unreachable', () => poolAt(nowhere)],
    ['the pool refuses', () => poolAt(`${echo.endpoint}/refused`)],
    ['the service is unreachable', () => httpDirectory({ url: nowhere })],
    ['the service refuses', () => httpDirectory({ url: `${echo.endpoint}/refused` })],
    ['the service repeats the request', () => httpDirectory({ url: echo.endpoint })],
  ])('is in no log line, error, trace or copy for middleware if %s', async (_, open) => {
    const { kind, text, own } = await collect(open())
    expect(kind).toBe('failed')
    expect(text).toContain("password: 'hidden'")
    expect(text).not.toContain(TYPED)
    expect(own).not.toContain(TYPED)
  })

  it.each<[string, Directory, ((password: string) => boolean) | undefined]>([
    [
      'has the password in its message',
      thrower((password) => {
        throw new Error(`wrong: ${password}`)
      }),
      undefined,
    ],
    [
      'has the password as name and code',
      thrower((password) => {
        throw Object.assign(new Error('x'), { name: password, code: password })
      }),
      undefined,
    ],
    [
      'is the password',
      thrower((password) => {
        throw password
      }),
      undefined,
    ],
    [
      'comes from the policy',
      { checkPassword: async () => ({ attributes: { email: 'a@b.example' } }), findUser: async () => undefined },
      (password) => {
        throw new Error(password)
      },
    ],
  ])('is in no log line and no thrown error if an error of your own %s', async (_, directory, policy) => {
    const { kind, text } = await collect(directory, policy)
    expect(kind).toBe('failed')
    expect(text).not.toContain(TYPED)
  })

  it.each<[string, Directory]>([
    ['migrated', { checkPassword: async () => ({ attributes: { email: 'a@b.example' } }), findUser: async () => undefined }],
    ['not known', { checkPassword: async () => 'unknown-user', findUser: async () => undefined }],
    ['wrong', { checkPassword: async () => 'wrong-password', findUser: async () => undefined }],
  ])('is only in the returned event if the user is %s', async (_, directory) => {
    const { kind, text, own } = await collect(directory)
    expect(kind).toBe('proceed')
    expect(text).not.toContain(TYPED)
    expect(own).not.toContain(TYPED)
    const handler = userMigration({ write: () => undefined, middleware: [{ before: () => undefined }] }, migrateUsers(directory))
    expect(await handler(migrationEvent())).toMatchObject({ request: { password: TYPED } })
  })

  it('reaches the rules', async () => {
    let seen: unknown
    const rule = userMigration.rule('look', ({ event }: { event: UserMigration['event'] }) => {
      seen = event.request.password
      return { kind: 'skip' }
    })
    await userMigration({ write: () => undefined, middleware: [{ before: () => undefined }] }, rule)(migrationEvent())
    expect(seen).toBe(TYPED)
  })
})
