import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { startServices } from '../../src/tools/local/services.ts'
import { repository } from '../support/built.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { readPrograms, withSources } from '../support/programs.ts'
import { type SampleEvent, sampleEvents } from '../support/sample-events.ts'

const run = promisify(execFile)
let folder = ''

/** Files that programs of the docs import, and that a user would write. */
const USER_FILES = {
  'invites.ts': [
    "import { allow, skip } from 'cognito-lifeguard'",
    "import { preSignUp } from 'cognito-lifeguard/pre-signup'",
    'type Secret = string | null | undefined',
    'const has = async (email?: string, _signal?: AbortSignal) => email === "guest@elsewhere.example"',
    'const wasSentTo = async (email: string | undefined, secret: Secret, _signal?: AbortSignal) => email !== undefined && secret === "1f3c"',
    'export const invites = { has, wasSentTo }',
    "export const invited = preSignUp.rule('invited', async ({ user }) => ((await invites.has(user.email)) ? allow() : skip()))",
  ].join('\n'),
  'seats.ts':
    'export const seats = { free: async () => true, take: async (_key: string) => true, giveBack: async (_key: string) => undefined }',
  'employees.ts': [
    'type Attributes = Readonly<Record<string, string>>',
    'export const findEmployee = async (_email?: string, _signal?: AbortSignal): Promise<Attributes | undefined> => undefined',
  ].join('\n'),
  'offers.ts': 'export const offers = { send: async (_email?: string, _signal?: AbortSignal) => undefined }',
}

/** Lists the pages that users read, as paths below the repository. */
async function listPages(): Promise<readonly string[]> {
  const files = await readdir(join(repository, 'docs'), { recursive: true })
  return ['README.md', 'starter/README.md', ...files.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))]
}

/** Returns the first program of a page. */
async function readProgram(page: string): Promise<string> {
  const [program] = await readPrograms(page)
  if (program === undefined) throw new Error(`${page} has no program`)
  return program
}

/** Runs the TypeScript compiler on the programs in `folder`. Returns its output. */
async function compile(): Promise<string> {
  const { stdout } = await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    (error) => error,
  )
  return stdout
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-docs-')))
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  // Copy the sources under the package's name, because the compiled library may be older than the docs.
  const library = join(modules, 'cognito-lifeguard')
  await mkdir(library)
  await cp(join(repository, 'src'), join(library, 'src'), { recursive: true })
  const manifest = (await readFile(join(repository, 'package.json'), 'utf8')).replace(
    /\.\/lib\/([\w/-]*?)index(\.d\.ts|\.js)/g,
    './src/$1index.ts',
  )
  await writeFile(join(library, 'package.json'), manifest)
  for (const name of [
    '@aws-crypto',
    '@aws-lambda-powertools',
    '@aws-sdk',
    '@middy',
    '@types',
    'amazon-cognito-identity-js',
    'aws-amplify',
    'aws-jwt-verify',
    'bcryptjs',
    'entities',
    'esbuild',
    'hash-wasm',
    'vitest',
    'zod',
  ])
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  for (const [name, source] of Object.entries(USER_FILES)) await writeFile(join(folder, name), source)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('every TypeScript program of the docs compiles in a strict project of a user', async () => {
  const pages = await listPages()
  const names = await Promise.all(
    pages.map(async (page) => {
      const programs = await readPrograms(page)
      for (const [index, program] of programs.entries())
        await writeFile(join(folder, `${page.replaceAll(/\W/g, '-')}-${index}.ts`), program)
      return programs.length > 0 ? [page] : []
    }),
  )

  expect(names.flat()).toEqual(expect.arrayContaining(['README.md', 'docs/guides/compose.md', 'docs/rules/once.md']))
  expect(await compile()).toBe('')
})

test('the rule that CONTRIBUTING.md shows compiles in the folder that it names', async () => {
  const text = await readFile(join(repository, 'CONTRIBUTING.md'), 'utf8')
  const [, path = ''] = /`src\/(pre-signup\/[\w-]+\.ts)`/.exec(text) ?? []
  const [, program = ''] = /^ {3}```ts\n(.*?)^ {3}```$/ms.exec(text) ?? []
  await writeFile(join(folder, 'node_modules/cognito-lifeguard/src', path), program.replaceAll(/^ {3}/gm, ''))
  await writeFile(join(folder, 'contributing.ts'), `export * from './node_modules/cognito-lifeguard/src/${path}'\n`)

  expect(program).toContain('defineRule')
  expect(await compile()).toBe('')
})

test('the tests of docs/guides/test.md pass, and the test of a rule has at most six lines', async () => {
  const programs = await readPrograms('docs/guides/test.md')
  const forNode = programs.filter((program) => program.includes("from 'node:test'"))
  const files = await Promise.all(
    forNode.map(async (program, index) => {
      await writeFile(join(folder, `tests-${index}.ts`), withSources(program))
      return `tests-${index}.ts`
    }),
  )

  const { stdout } = await run(process.execPath, ['--test', '--test-isolation=none', '--test-reporter=tap', ...files], { cwd: folder })

  expect(stdout).toMatch(/^# pass 7$/m)
  const [vitest = '', node = ''] = programs
  for (const program of [vitest, node]) expect(program.slice(program.indexOf("\ntest('")).trim().split('\n').length).toBeLessThanOrEqual(6)
})

test('every handler of the docs loads', async () => {
  const programs = (
    await Promise.all((await listPages()).map(async (page) => (await readPrograms(page)).map((program) => ({ page, program }))))
  ).flat()
  const handlers = programs.filter(({ program }) => program.includes('export const handler = '))
  for (const [name, source] of Object.entries(USER_FILES)) await writeFile(join(folder, name), withSources(source))
  vi.stubEnv('STAFF_DOMAINS', 'example.com')
  vi.stubEnv('ALLOWED_EMAIL_DOMAIN', 'example.com')

  const loaded = await Promise.all(
    handlers.map(async ({ page, program }, index) => {
      const file = join(folder, `handler-${index}.ts`)
      // Replace the domain list that the reader has to build, because its file does not exist here.
      await writeFile(file, withSources(program).replace(/readDomainList\(readFileSync\(.*\)\)/, "'example.com'"))
      const { handler }: { handler?: unknown } = await import(pathToFileURL(file).href)
      return typeof handler === 'function' ? [] : [page]
    }),
  ).finally(() => vi.unstubAllEnvs())

  expect(handlers.length).toBeGreaterThan(20)
  expect(loaded.flat()).toEqual([])
})

test('the program of docs/guides/bundling.md bundles each handler, with its AWS SDK client, into its own folder', async () => {
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'src/sign-up.ts'), 'export const handler = async () => (await import("./rare.ts")).rare')
  await writeFile(join(folder, 'src/rare.ts'), 'export const rare = 7')
  const client = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"
  await writeFile(join(folder, 'src/confirmed.ts'), `${client}; export const handler = () => new DynamoDBClient({}).config.region()`)
  const source = (await readProgram('docs/guides/bundling.md')).replace("['sign-up']", "['sign-up', 'confirmed']")
  // Import the plugin from the sources, because Node does not strip types below node_modules.
  const plugin = pathToFileURL(join(repository, 'src/esbuild/index.ts')).href
  await writeFile(join(folder, 'bundling-run.ts'), source.replace('cognito-lifeguard/esbuild', plugin))
  await run(process.execPath, ['bundling-run.ts'], { cwd: folder })
  const invoke = `console.log(await (await import('./dist/' + process.argv[1] + '/handler.js')).handler())`
  const invoked = async (name: string): Promise<string> => {
    const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-3' }
    return (await run(process.execPath, ['--input-type=module', '-e', invoke, name], { cwd: folder, env })).stdout.trim()
  }
  expect(await invoked('sign-up')).toBe('7')
  expect(await invoked('confirmed')).toBe('eu-west-3')
  expect((await readdir(join(folder, 'dist/confirmed'))).toSorted()).toEqual(['handler.js', 'handler.js.map', 'package.json'])
  const rare = expect.stringMatching(/^rare-\w+\.js$/)
  const itsMap = expect.stringMatching(/^rare-\w+\.js\.map$/)
  expect((await readdir(join(folder, 'dist/sign-up'))).toSorted()).toEqual(['handler.js', 'handler.js.map', 'package.json', rare, itsMap])
})

/** Loads the first program of a page, which then imports the sources instead of the package. */
async function loadProgram(page: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(folder, name)
  await writeFile(file, withSources(await readProgram(page)))
  return import(pathToFileURL(file).href)
}

describe('the first program of the README', () => {
  // Skip users whom an administrator creates, because this program does not exempt administrators. The program has no block list either.
  const events = sampleEvents().filter(
    ({ folder, event }) => folder === 'pre-signup' && event.triggerSource !== 'PreSignUp_AdminCreateUser',
  )
  const toExpected = ({ expected }: SampleEvent): object =>
    expected.decidedBy === 'block-users'
      ? { kind: 'proceed', rule: 'allow-email-domains' }
      : expected.outcome === 'denied'
        ? { kind: 'denied', rule: expected.decidedBy, reason: expected.reason }
        : { kind: expected.outcome, rule: expected.decidedBy, response: {} }
  const decide = async (event: object): Promise<unknown> => {
    const { handler } = await loadProgram('README.md', 'readme-run.ts')
    if (typeof handler !== 'function' || !('decide' in handler) || typeof handler.decide !== 'function') throw new TypeError('no handler')
    return handler.decide(event)
  }

  test('the first program of the README has at most four lines', async () => {
    expect((await readProgram('README.md')).trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(4)
  })

  test.each(events.map((sample) => [sample.name, sample] as const))(
    'the first program of the README decides the sample event %s as expected',
    async (_, sample) => {
      expect(await decide(sample.event)).toMatchObject(toExpected(sample))
    },
  )

  test.each([
    ['a user at example.com', 'mary@example.com', 'proceed'],
    ['a user below example.org', 'mary@staff.example.org', 'proceed'],
    ['a user of another domain', 'eve@evilexample.com', 'denied'],
    ['an address that two programs may read differently', '"a@example.com"@evil.com', 'denied'],
    ['a user without an address', undefined, 'denied'],
  ])('the first program of the README decides as the README states for %s', async (_, email, kind) => {
    expect(await decide(preSignUpEvent(email === undefined ? {} : { email }))).toMatchObject({ kind })
  })

  test('the first program of the README decides as the README states for administrators and identity providers', async () => {
    expect(await decide(adminCreatedEvent({ email: 'anyone@elsewhere.example' }))).toMatchObject({ kind: 'denied' })
    expect(await decide(adminCreatedEvent({ email: 'anyone@example.com' }))).toMatchObject({ kind: 'proceed' })
    expect(await decide(federatedEvent())).toMatchObject({ kind: 'denied', reason: 'federated-email-not-verified' })
  })
})

test('the program of docs/guides/erasure.md deletes the profile and the effect of a user, and no other row', async () => {
  const services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  for (const [name, value] of Object.entries(services.environment)) vi.stubEnv(name, value)
  const documents = documentClient()()
  try {
    const rows = ['pool#1', 'pool#2'].flatMap((pk) => [
      { TableName: 'profiles', Item: { pk } },
      { TableName: 'effects', Item: { pk: `${pk}#send-welcome-email` } },
    ])
    for (const row of rows) await documents.send(new PutCommand(row))
    const { eraseUser } = await loadProgram('docs/guides/erasure.md', 'erasure-run.ts')
    if (typeof eraseUser !== 'function') throw new TypeError('docs/guides/erasure.md exports no eraseUser')
    for (let times = 0; times < 2; times += 1) await eraseUser('pool', '1', { profiles: 'profiles', effects: 'effects' })

    const left = await Promise.all(['profiles', 'effects'].map((TableName) => documents.send(new ScanCommand({ TableName }))))
    expect(left.map(({ Items }) => Items)).toEqual([[{ pk: 'pool#2' }], [{ pk: 'pool#2#send-welcome-email' }]])
  } finally {
    documents.destroy()
    vi.unstubAllEnvs()
    await services.stop()
  }
})
