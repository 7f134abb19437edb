import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const repository = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
let folder = ''

/** The first program of a page. */
async function programOf(page: string): Promise<string> {
  const [, program] = /^```ts\n(.*?)^```$/ms.exec(await readFile(join(repository, page), 'utf8')) ?? []
  if (program === undefined) throw new Error(`${page} has no program`)
  return program
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-docs-')))
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  // The sources under the package's name: the compiled library may be older than what the page describes.
  const library = join(modules, 'cognito-lifeguard')
  await mkdir(library)
  await cp(join(repository, 'src'), join(library, 'src'), { recursive: true })
  const manifest = (await readFile(join(repository, 'package.json'), 'utf8')).replace(
    /\.\/lib\/([\w/-]*?)index(\.d\.ts|\.js)/g,
    './src/$1index.ts',
  )
  await writeFile(join(library, 'package.json'), manifest)
  for (const name of ['@aws-sdk', '@middy', '@types', 'entities', 'esbuild', 'zod'])
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(
    join(folder, 'invites.ts'),
    "export const invites = { has: async (email?: string, _signal?: AbortSignal) => email === 'guest@elsewhere.example' }\n",
  )
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

describe.each(['README.md', 'docs/compose.md', 'docs/bundling.md'])('the first program of %s', (page) => {
  const name = page.replace(/\W/g, '-')

  test('compiles as a user would compile it', async () => {
    await writeFile(join(folder, `${name}.ts`), await programOf(page))
    const { stdout } = await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
      (error) => error,
    )
    expect(stdout).toBe('')
  })
})

test('the program of docs/bundling.md bundles a handler with an SDK in it into a folder of its own', async () => {
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'src/sign-up.ts'), 'export const handler = async () => (await import("./rare.ts")).rare')
  await writeFile(join(folder, 'src/rare.ts'), 'export const rare = 7')
  const client = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"
  await writeFile(join(folder, 'src/confirmed.ts'), `${client}; export const handler = () => new DynamoDBClient({}).config.region()`)
  const source = await programOf('docs/bundling.md')
  // Node strips no types below node_modules.
  const plugin = pathToFileURL(join(repository, 'src/build/index.ts')).href
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

test('the program of the README is no longer than it claims, and decides as it says', async () => {
  const program = await programOf('README.md')
  expect(program.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(15)
  const source = program
    .replaceAll(/'cognito-lifeguard(\/[\w-]+)?'/g, (_, entry = '') => `'${pathToFileURL(join(repository, `src${entry}/index.ts`)).href}'`)
    .replace("'./invites.ts'", `'${pathToFileURL(join(folder, 'invites.ts')).href}'`)
  const file = join(folder, 'readme-run.ts')
  await writeFile(file, source)
  const { handler } = await import(pathToFileURL(file).href)
  const decide = (email: string, triggerSource = 'PreSignUp_SignUp') =>
    handler.decide({
      version: '1',
      triggerSource,
      region: 'eu-west-1',
      userPoolId: 'eu-west-1_docs',
      userName: 'somebody',
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'web-client' },
      request: { userAttributes: { email } },
      response: { autoConfirmUser: false },
    })
  expect(await decide('guest@elsewhere.example')).toMatchObject({
    kind: 'proceed',
    response: { autoConfirmUser: true, autoVerifyEmail: true },
  })
  expect(await decide('mary@example.com')).toMatchObject({ kind: 'proceed', rule: 'allow-email-domains', response: {} })
  expect(await decide('eve@evilexample.com')).toMatchObject({ kind: 'denied' })
  expect(await decide('"a@example.com"@evil.com')).toMatchObject({ kind: 'denied' })
  expect(await decide('anybody@elsewhere.example', 'PreSignUp_AdminCreateUser')).toMatchObject({ kind: 'proceed' })
})
