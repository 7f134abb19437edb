import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildDomainFiles } from '../../src/esbuild/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import { blockUsers, dynamoBlockList } from '../../src/rules/index.ts'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import type { CognitoEvent } from '../../src/shared/cognito/event.ts'
import { buildDomainList } from '../../src/shared/email/domain-file.ts'
import { listRules, type RuleNode } from '../../src/shared/rules/rule.ts'
import * as kit from '../../src/testing/index.ts'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { type LocalServices, startServices } from '../../src/tools/local/services.ts'
import type { TableDefinition } from '../../src/tools/local/tables.ts'
import { repository } from '../support/built.ts'
import { findPrograms, withSources } from '../support/programs.ts'

expect.extend(kit.lifeguardMatchers)

const page = await readFile(join(repository, 'docs/guides/cookbook.md'), 'utf8')
/** The programs of each recipe. Index 0 is the text above the first recipe. */
const recipes = page.split(/^## /m).map(findPrograms)
const documents = documentClient()
let folder = ''
let services: LocalServices
let http: HttpService

/** A request that the HTTP service got. */
interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly operation: string | string[] | undefined
  readonly body: unknown
}

type Reply = { readonly status?: number; readonly body?: unknown } | 'hang'

/** A service that plays Cognito, Slack and a service of the user. */
interface HttpService extends LocalService {
  received: Received[]
  reply: (request: Received) => Reply
}

async function startHttp(): Promise<HttpService> {
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await text(request))
    const received = { method: request.method, path: request.url, operation: request.headers['x-amz-target'], body }
    service.received.push(received)
    const reply = service.reply(received)
    if (reply !== 'hang') response.writeHead(reply.status ?? 200).end(JSON.stringify(reply.body ?? {}))
  })
  const service: HttpService = { ...(await listenOnLoopback(server)), received: [], reply: () => ({}) }
  return service
}

function defineTable(name: string, ...keys: readonly ['pk', 'sk'?]): TableDefinition {
  const names = keys.flatMap((key) => key ?? [])
  return {
    name,
    keySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    attributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  }
}

/** Writes a program of a recipe, by default the last, to a file that imports the sources. Returns what it exports. */
async function load(recipe: number, index = -1): Promise<Readonly<Record<string, unknown>>> {
  const program = recipes[recipe]?.at(index) ?? ''
  // A new name, because Node evaluates a module only once.
  const file = join(folder, `recipe-${recipe}-${crypto.randomUUID()}.ts`)
  await writeFile(file, withSources(program))
  return import(pathToFileURL(file).href)
}

function isHandler(value: unknown): value is kit.LambdaHandler<CognitoEvent> {
  return typeof value === 'function'
}

/** Runs the program of a recipe as a script with these arguments. */
async function runScript(recipe: number, ...args: readonly string[]): Promise<void> {
  const { argv } = process
  process.argv = ['node', 'script.ts', ...args]
  await load(recipe).finally(() => {
    process.argv = argv
  })
}

async function loadHandler(recipe: number, name = 'handler'): Promise<kit.LambdaHandler<CognitoEvent>> {
  const handler = (await load(recipe))[name]
  if (!isHandler(handler)) throw new TypeError(`Recipe ${recipe} exports no function '${name}'`)
  return handler
}

function hasComposition(value: unknown): value is { readonly composition: RuleNode } {
  return typeof value === 'function' && 'composition' in value
}

function toNode(handler: unknown): RuleNode {
  if (!hasComposition(handler)) throw new TypeError('The handler has no composition')
  return handler.composition
}

async function scan(TableName: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await documents().send(new ScanCommand({ TableName }))).Items ?? []
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-cookbook-')))
  await mkdir(join(folder, 'node_modules/disposable-email-domains'), { recursive: true })
  await symlink(join(repository, 'node_modules/@aws-sdk'), join(folder, 'node_modules/@aws-sdk'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  http = await startHttp()
  const tables = [defineTable('app', 'pk', 'sk'), defineTable('invites', 'pk')]
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }, { tables })
  const environment = {
    ...services.environment,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: http.endpoint,
    INVITE_TABLE: 'invites',
    SLACK_WEBHOOK_URL: `${http.endpoint}/slack`,
    USER_SERVICE: http.endpoint,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  // The first request loads the engine, which can take longer than a handler waits.
  await documents().send(new ScanCommand({ TableName: 'app' }))
})

beforeEach(() => {
  http.received = []
  http.reply = () => ({})
})

afterAll(async () => {
  documents().destroy()
  vi.unstubAllEnvs()
  await Promise.all([services.stop(), http.stop(), rm(folder, { recursive: true, force: true })])
})

describe('docs/guides/cookbook.md', () => {
  it('has ten recipes, and every program has under 30 lines', () => {
    expect(recipes.slice(1).map((programs) => programs.length > 0)).toEqual(Array.from({ length: 10 }, () => true))
    expect(recipes.flat().filter((program) => program.trimEnd().split('\n').length >= 30)).toEqual([])
  })

  it('recipe 1 sends one email to each user, in German or English', async () => {
    const handler = await loadHandler(1)
    const german = kit.confirmed({ userName: 'greta', name: 'Greta', attributes: { locale: 'de-AT' } })

    await kit.run(handler, german)
    await kit.run(handler, german)
    await kit.run(handler, kit.confirmed({ userName: 'mary' }))

    expect(services.ses.inbox().map(({ subject }) => subject)).toEqual(['Willkommen bei Example', 'Welcome to Example'])
  })

  it('recipe 2 blocks a user for 30 days and revokes the tokens', async () => {
    await runScript(2, 'eu-west-1_Example01', 'Eve', 'chargeback')
    const signIn = async (userName: string, days: number): Promise<object> => {
      const now = (): Date => new Date(Date.now() + days * 24 * 60 * 60 * 1000)
      return kit.run(preAuthentication(blockUsers(dynamoBlockList({ documents, table: 'blocks' }), { now })), kit.signIn({ userName }))
    }

    expect(await signIn('eve', 29)).toBeDenied('user-blocked')
    expect(await signIn('eve', 31)).toProceed()
    expect(await signIn('mary', 0)).toProceed()
    expect(http.received).toMatchObject([
      {
        operation: 'AWSCognitoIdentityProviderService.AdminUserGlobalSignOut',
        body: { UserPoolId: 'eu-west-1_Example01', Username: 'Eve' },
      },
    ])
  })

  it('recipe 2 refuses to run without a reason', async () => {
    await expect(runScript(2, 'eu-west-1_Example01', 'eve')).rejects.toThrow('Usage: node block.ts')
  })

  it('recipe 3 stores the chosen attributes under the key, and a sign-in updates them', async () => {
    const attributes = { locale: 'de', 'custom:plan': 'free', 'custom:secret': 'x' }
    await kit.run(await loadHandler(3), kit.confirmed({ userName: 'mary', name: 'Mary', attributes }))
    const [written] = await scan('app')
    await kit.run(await loadHandler(3, 'signedIn'), kit.signedIn({ userName: 'mary', attributes: { ...attributes, 'custom:plan': 'pro' } }))
    const rows = await scan('app')

    expect(written).toMatchObject({ pk: expect.stringMatching(/^USER#eu-west-1_Example01#/), sk: 'PROFILE' })
    expect(written?.attributes).toEqual({ email: 'mary@example.com', locale: 'de', 'custom:plan': 'free' })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ signInCount: 1, attributes: { 'custom:plan': 'pro' } })
  })

  it('recipe 4 admits invited users and those whom an administrator creates', async () => {
    const handler = await loadHandler(4)
    await documents().send(new PutCommand({ TableName: 'invites', Item: { pk: 'guest@example.com' } }))

    expect(await kit.run(handler, kit.signUp({ email: 'Guest@Example.com' }))).toProceed()
    expect(await kit.run(handler, kit.adminCreate({ email: 'eve@example.com' }))).toProceed()
    expect(await kit.run(handler, kit.signUp({ email: 'eve@example.com' }))).toBeDenied('no-invite')
    expect(await kit.run(handler, kit.signUp({ email: null }))).toBeDenied('no-invite')
    expect(await kit.run(handler, kit.signUp({ email: '"x" <guest@example.com>' }))).toBeDenied('no-invite')
    expect(await kit.run(handler, kit.federated({ email: 'guest@example.com', verified: true }))).toProceed()
    expect(await kit.run(handler, kit.federated({ email: 'guest@example.com', verified: false }))).toBeDenied('email-not-verified')
  })

  it('recipe 5 adds a user to the group once, and not after a password reset', async () => {
    const handler = await loadHandler(5)
    await kit.run(handler, kit.passwordReset({ userName: 'mary' }))
    const ignored = http.received.length
    const first = await kit.run(handler, kit.confirmed({ userName: 'mary' }))
    await kit.run(handler, kit.confirmed({ userName: 'mary' }))

    expect(ignored).toBe(0)
    expect(first).toHaveDone('join-members')
    expect(http.received).toMatchObject([
      {
        operation: 'AWSCognitoIdentityProviderService.AdminAddUserToGroup',
        body: { UserPoolId: 'eu-west-1_Example01', Username: 'mary', GroupName: 'members' },
      },
    ])
  })

  it('recipe 5 confirms the user and keeps the effect for a retry if Cognito throttles', async () => {
    http.reply = () => ({ status: 400, body: { __type: 'TooManyRequestsException' } })

    expect(await kit.run(await loadHandler(5), kit.confirmed({ userName: 'throttled' }))).toProceed()
    expect(await scan('effects')).toContainEqual(expect.objectContaining({ pk: expect.stringContaining('join-members'), state: 'pending' }))
  })

  it('recipe 6 adds a claim from an attribute and one from the profile', async () => {
    const handler = await loadHandler(6)
    const event = kit.newTokens({ userName: 'paul', attributes: { 'custom:tenant': 'acme' } })
    const pk = `${event.userPoolId}#${event.request.userAttributes?.sub}`
    await documents().send(new PutCommand({ TableName: 'profiles', Item: { pk, plan: 'pro' } }))

    const claims = { tenant: 'acme', plan: 'pro' }
    const { response } = await kit.run(handler, event)
    expect(response).toMatchObject({ claimsOverrideDetails: { claimsToAddOrOverride: claims } })
    const [withoutProfile, ofMachine] = [await kit.run(handler, kit.newTokens()), await kit.run(handler, kit.machineTokens())]
    expect(withoutProfile).toProceed()
    expect(ofMachine).toProceed()
    expect(JSON.stringify([withoutProfile.response, ofMachine.response])).not.toMatch(/tenant|plan/)
  })

  it('recipe 7 denies the domains of the built list', async () => {
    const listed = ['mailinator.example', 'xn--bei.example', 'trash.example']
    await writeFile(join(folder, 'node_modules/disposable-email-domains/index.json'), JSON.stringify(listed))
    await load(7, 0)
    await mkdir(join(folder, 'domains'))
    await rename(join(folder, 'disposable.json'), join(folder, 'domains/disposable.json'))
    await buildDomainFiles(join(folder, 'domains'), folder)
    const handler = await loadHandler(7)

    expect(await kit.run(handler, kit.signUp({ email: 'eve@mailinator.example' }))).toBeDenied('domain-denied')
    expect(await kit.run(handler, kit.signUp({ email: 'eve@trash.example' }))).toBeDenied('domain-denied')
    expect(await kit.run(handler, kit.signUp({ email: 'eve@xn--bei.example' }))).toBeDenied('email-malformed')
    expect(await kit.run(handler, kit.signUp({ email: 'mary@example.com' }))).toProceed()
  })

  it('recipe 8 asks the service for blocks, and refuses the user if its answer is unusable', async () => {
    const handler = await loadHandler(8)
    const blockEmail = ({ body }: Received): Reply => ({
      body: [body].flat().map((key) => JSON.stringify(key).includes('"eve@example.com"')),
    })
    const signIn = (reply: typeof blockEmail, email: string): Promise<kit.RunResult> => {
      http.reply = reply
      return kit.run(handler, kit.signIn({ email }), { timeoutMs: 600 })
    }

    expect(await signIn(blockEmail, 'eve@example.com')).toBeDenied('user-blocked')
    expect(await signIn(blockEmail, 'mary@example.com')).toProceed()
    expect(await signIn(() => ({ body: [] }), 'mary@example.com')).toFail()
    expect(await signIn(() => ({ status: 500 }), 'mary@example.com')).toFail()
    expect(await signIn(() => 'hang', 'mary@example.com')).toFail()
  })

  it('recipe 8 writes the profile to the service', async () => {
    expect(await kit.run(await loadHandler(8, 'confirmed'), kit.confirmed({ userName: 'mary' }))).toHaveDone('sync-profile')

    expect(http.received).toMatchObject([
      {
        method: 'PUT',
        path: expect.stringMatching(/^\/profiles\/eu-west-1_Example01\/[\w-]+$/),
        body: { userName: 'mary', attributes: { email: 'mary@example.com' }, confirmedAt: expect.any(String) },
      },
    ])
  })

  it('recipe 9 posts one note for each user, with the domain only', async () => {
    const handler = await loadHandler(9)
    await kit.run(handler, kit.confirmed({ userName: 'mary' }))
    await kit.run(handler, kit.confirmed({ userName: 'mary' }))
    await kit.run(handler, kit.passwordReset({ userName: 'old' }))
    await kit.run(handler, kit.confirmed({ userName: 'markup', email: '<!channel>@x' }))

    const notes = http.received.map(({ body }) => body)
    expect(notes).toEqual([{ text: 'New user at example.com' }, { text: 'New user at an unknown domain' }])
  })

  it('recipe 9 retries a note that Slack refused, and does not repeat one without an answer', async () => {
    const handler = await loadHandler(9)
    const findState = async (userName: string, reply: Reply): Promise<unknown> => {
      http.reply = () => reply
      const event = kit.confirmed({ userName })
      expect(await kit.run(handler, event, { timeoutMs: 900 })).toProceed()
      const pk = `${event.userPoolId}#${event.request.userAttributes.sub}#note-in-slack`
      return (await documents().send(new GetCommand({ TableName: 'effects', Key: { pk } }))).Item?.state
    }

    expect(await findState('refused', { status: 429 })).toBe('pending')
    expect(await findState('hanging', 'hang')).toBe('unknown')
    expect(await findState('broken', { status: 500 })).toBe('unknown')
  })

  it('the tests of recipe 10 pass', async () => {
    const files = (recipes[10] ?? []).map((program, index) => ({ name: `failures-${index}.ts`, program }))
    for (const { name, program } of files) await writeFile(join(folder, name), withSources(program))

    const args = ['--test', '--test-isolation=none', '--test-reporter=tap', ...files.map(({ name }) => name)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })

    expect(stdout).toMatch(/^# pass 6$/m)
  })

  it('every rule of a handler declares its permissions', async () => {
    await writeFile(join(folder, 'disposable.domains'), buildDomainList(['example.com']).bytes)
    const undeclared = async (recipe: number): Promise<readonly string[]> => {
      const { handler } = await load(recipe)
      return listRules(toNode(handler)).flatMap(({ name, kind, permissions }) =>
        kind === 'rule' && permissions === undefined ? [name] : [],
      )
    }

    expect(await Promise.all([1, 3, 4, 5, 6, 7, 8, 9].map(undeclared))).toEqual(Array.from({ length: 8 }, () => []))
    expect(listRules(toNode((await load(5)).handler))).toContainEqual(
      expect.objectContaining({
        name: 'join-members',
        permissions: [{ actions: ['cognito-idp:AdminAddUserToGroup'], resource: 'user-pool' }],
      }),
    )
  })
})
