import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Handlers, openHandlers } from '../../../src/tools/replay/handlers.ts'
import { repository } from '../../support/built.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const CONFIG = `
service: example
functions:
  signUp:
    handler: dist/sign-up.run
    role: !GetAtt Role.Arn
    environment:
      TABLE: !Ref Table
      NAME: !Sub '\${AWS::StackName}-x'
    events:
      - cognitoUserPool: { pool: main, trigger: PreSignUp }
      - http: GET /
  message:
    handler: dist/message.handler
    events:
      - cognitoUserPool:
          pool: main
          trigger: CustomMessage
`
const BUILD = { type: 'module', scripts: { build: 'node build.js' } }
const BUILDER =
  "import { mkdirSync, writeFileSync } from 'node:fs'\nmkdirSync('dist', { recursive: true })\nwriteFileSync('dist/sign-up.js', 'built')\n"

async function opened(
  files: Record<string, unknown>,
  ...named: string[]
): Promise<Handlers & { readonly folder: string; readonly notes: string[] }> {
  const folder = await createFolder(files)
  const notes: string[] = []
  const handlers = await openHandlers({
    folder,
    named,
    environment: {},
    onNote: (note) => notes.push(note),
    signal: new AbortController().signal,
  })
  onTestFinished(() => handlers.remove())
  return { ...handlers, folder, notes }
}

describe('openHandlers', () => {
  it('finds the handlers of a serverless.yml with CloudFormation tags', async () => {
    const { find, folder, absence } = await opened({ 'serverless.yml': CONFIG, 'dist/sign-up.js': '' })
    const file = join(folder, 'dist/sign-up.js')
    expect(await find('PreSignUp')).toEqual({
      file,
      exported: 'run',
      shown: 'dist/sign-up.js',
      sources: [file],
      runtime: 'nodejs20.x',
      environment: {},
    })
    expect(await find('PreAuthentication')).toBeUndefined()
    expect(absence).toBe('no handler in serverless.yml')
  })

  it('reads functions from a list, and from a file named serverless.yaml', async () => {
    const { find } = await opened({
      'serverless.yaml': {
        functions: [{ a: { handler: 'a.handler', events: [{ cognitoUserPool: { pool: 'main', trigger: 'PreSignUp' } }] } }],
      },
      'a.mjs': '',
    })
    expect(await find('PreSignUp')).toMatchObject({ shown: 'a.mjs', exported: 'handler' })
  })

  it('uses the handler of --handler instead of the one in serverless.yml, with or without an export name', async () => {
    const files = { 'serverless.yml': CONFIG, 'mine.js': '', 'dist/message.cjs': '' }
    const { find } = await opened(files, 'pre-signup=mine.js', 'preAuth=mine.check')
    expect(await find('PreSignUp')).toMatchObject({ shown: 'mine.js', exported: 'handler' })
    expect(await find('PreAuthentication')).toMatchObject({ shown: 'mine.js', exported: 'check' })
    expect(await find('CustomMessage')).toMatchObject({ shown: 'dist/message.cjs' })
  })

  it('builds a missing handler, and runs the build once', async () => {
    const { find, notes } = await opened({ 'serverless.yml': CONFIG, 'package.json': BUILD, 'build.js': BUILDER })
    expect(await find('PreSignUp')).toMatchObject({ shown: 'dist/sign-up.js' })
    await expect(find('CustomMessage')).rejects.toThrow('The handler dist/message.handler is still missing after npm run build')
    expect(notes).toEqual(['building the handlers: npm run build'])
  })

  it.each([
    ['newer', 60, ['building the handlers: npm run build']],
    ['older', -60, []],
  ])('rebuilds only if a source is newer than the bundle: %s', async (_, seconds, expected) => {
    const { find, folder, notes } = await opened({
      'serverless.yml': CONFIG,
      'package.json': BUILD,
      'build.js': BUILDER,
      'src/sign-up.ts': '',
      'dist/sign-up.js': '',
      'dist/meta.json': { inputs: { 'src/sign-up.ts': {}, '<define:x>': {} } },
    })
    const then = Date.now() / 1000 + seconds
    await utimes(join(folder, 'src/sign-up.ts'), then, then)
    expect((await find('PreSignUp'))?.sources).toContain(join(folder, 'src/sign-up.ts'))
    expect(notes).toEqual(expected)
  })

  it('rebuilds if a source was deleted', async () => {
    const files = {
      'serverless.yml': CONFIG,
      'package.json': BUILD,
      'build.js': BUILDER,
      'dist/sign-up.js': '',
      'dist/meta.json': { inputs: { 'src/gone.ts': {} } },
    }
    const { find, notes } = await opened(files)
    await find('PreSignUp')
    expect(notes).toHaveLength(1)
  })

  it('includes the output of a failed build in the error', async () => {
    const { find } = await opened({
      'serverless.yml': CONFIG,
      'package.json': BUILD,
      'build.js': "console.error('src/a.ts:1: no such thing')\nprocess.exit(1)\n",
    })
    await expect(find('PreSignUp')).rejects.toThrow(/npm run build failed:\n(.|\n)*src\/a\.ts:1: no such thing/)
  })

  it('names the missing handler of a project without a build script', async () => {
    const { find } = await opened({ 'serverless.yml': CONFIG })
    await expect(find('PreSignUp')).rejects.toThrow(
      "The handler dist/sign-up.run is missing, and package.json has no 'build' script to build it",
    )
  })

  it('bundles a TypeScript handler that imports any AWS SDK client', async () => {
    const client = JSON.stringify(join(repository, 'node_modules/@aws-sdk/client-s3'))
    const { find } = await opened(
      { 'a.ts': `import { S3Client } from ${client}\nexport const handler = () => new S3Client({})\n` },
      'preSignUp=a.ts',
    )
    expect((await find('PreSignUp'))?.file).toMatch(/handler\.js$/)
  })

  it("includes esbuild's message if a TypeScript handler cannot be bundled", async () => {
    const { find } = await opened({ 'a.ts': "import './gone.ts'\n" }, 'preSignUp=a.ts')
    await expect(find('PreSignUp')).rejects.toThrow(/a\.ts cannot be bundled:\n(.|\n)*Could not resolve "\.\/gone\.ts"/)
  })

  it.each([
    [{}, 'No configuration in this folder, such as serverless.yml or template.yaml, so no handler is known'],
    [{ 'serverless.yml': 'service: x' }, 'serverless.yml has no function that a user pool calls'],
    [{ 'serverless.yml': 'a: [' }, 'serverless.yml: invalid JSON or YAML: '],
  ])('rejects a project with the files %j', async (files, message) => {
    await expect(opened(files)).rejects.toThrow(message)
  })
})
