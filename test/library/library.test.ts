import { globSync } from 'node:fs'
import { access, constants, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startServices } from '../../src/tools/local/services.ts'
import { preSignUpEvent } from '../support/events.ts'
import { describeNewProject } from '../support/library/new-project.ts'
import { command, type PackedLibrary, packLibrary, repository } from '../support/library/pack.ts'
import { findBrokenLinks } from '../support/links.ts'
import { oldestNode } from '../support/oldest-node.ts'
import { runDeployed } from '../support/package/lambda-process.ts'
import { FOLDERS, FUNCTIONS } from '../support/triggers.ts'

const TYPESCRIPTS = {
  "this repository's TypeScript": () => join(repository, 'node_modules/typescript/bin/tsc'),
  // TypeScript 5 is the last major version whose compiler is written in JavaScript. Many editors and build tools still use it.
  'TypeScript 5': () => createRequire(join(repository, 'node_modules/@arethetypeswrong/core/package.json')).resolve('typescript/bin/tsc'),
}

const strict = {
  target: 'es2023',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  // middy's declarations import an optional package that is usually not installed.
  skipLibCheck: true,
}

/** Programs as a user of the library writes them: rules, a handler that calls AWS, and its build script. */
const PROGRAMS = ['program', 'own-handler', 'bundling', 'tests']

const { exports: ownExports }: { exports: Readonly<Record<string, unknown>> } = JSON.parse(
  await readFile(join(repository, 'package.json'), 'utf8'),
)
const ENTRIES = Object.keys(ownExports).flatMap((subpath) => (subpath === './package.json' ? [] : `cognito-lifeguard${subpath.slice(1)}`))

let library: PackedLibrary

beforeAll(async () => {
  library = await packLibrary([
    '@types/node',
    'esbuild',
    '@aws-sdk/client-sesv2',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-sns',
    '@aws-crypto/client-node',
    'aws-jwt-verify',
  ])
  await writeFile(join(library.folder, 'package.json'), '{"name":"user","type":"module"}')
  await writeFile(
    join(library.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: strict, files: PROGRAMS.map((name) => `${name}.ts`) }),
  )
  for (const name of PROGRAMS) {
    await writeFile(join(library.folder, `${name}.ts`), await readFile(join(import.meta.dirname, `${name}.ts.txt`), 'utf8'))
  }
}, 120_000)
afterAll(() => library.remove())

describe('the packed library', () => {
  it.each(Object.entries(TYPESCRIPTS))("compiles a user's program with %s in strict mode, and runs it", async (_, tsc) => {
    await command(process.execPath, [tsc(), '-p', library.folder], library.folder)
    await writeFile(
      join(library.folder, 'main.js'),
      `import { judge } from './program.js'
       const event = (email) => ({ version: '1', triggerSource: 'PreSignUp_SignUp', region: 'eu-west-1', userPoolId: 'eu-west-1_user', userName: 'someone',
         callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' }, request: { userAttributes: { email } }, response: {} })
       for (const email of ['mary@example.com', 'guest@elsewhere.example', 'eve@evilexample.com', 'eve@mailinator.com']) console.log(await judge(event(email)))`,
    )
    for (const node of [process.execPath, oldestNode]) {
      expect((await command(node, ['main.js'], library.folder)).trim().split('\n')).toEqual([
        'proceed',
        'proceed',
        'require-invite: You need an invitation to sign up',
        'deny-email-domains: This email address cannot be used to sign up',
      ])
    }
  })

  it.each(Object.entries(TYPESCRIPTS))('has no errors in its own declarations with %s', async (_, tsc) => {
    const args = [tsc(), '-p', library.folder, '--noEmit', '--skipLibCheck', 'false', '--pretty', 'false']
    const found = await command(process.execPath, args, library.folder).catch(String)
    expect(
      found.split('\n').filter((line) => /^(program|own-handler|bundling|tests|node_modules\/cognito-lifeguard)\b.*error TS/.test(line)),
    ).toEqual([])
  })

  it.each(['nodenext', 'node16', 'bundler'])(
    'has no errors in the declarations of any entry point with module resolution %s',
    async (moduleResolution) => {
      const folder = join(library.folder, moduleResolution)
      await mkdir(folder, { recursive: true })
      const imports = ENTRIES.map((name, at) => `export * as entry${at} from '${name}'`)
      await writeFile(join(folder, 'entries.ts'), imports.join('\n'))
      const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution
      const compilerOptions = { ...strict, module, moduleResolution, skipLibCheck: false, noEmit: true }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['entries.ts'] }))

      const args = [TYPESCRIPTS["this repository's TypeScript"](), '-p', folder, '--pretty', 'false']
      const found = await command(process.execPath, args, library.folder).catch(String)

      expect(found.split('\n').filter((line) => /error TS/.test(line))).toEqual([])
    },
  )

  it('runs with middy 6 as its only middy, if a project has that version', async () => {
    const folder = join(library.folder, 'only-middy-6')
    await cp(join(library.installed, 'lib'), join(folder, 'node_modules/cognito-lifeguard/lib'), { recursive: true })
    await copyFile(join(library.installed, 'package.json'), join(folder, 'node_modules/cognito-lifeguard/package.json'))
    await cp(join(repository, 'node_modules/middy6'), join(folder, 'node_modules/@middy/core'), { recursive: true, dereference: true })
    const program = `const { preSignUp } = await import('cognito-lifeguard/pre-signup')
      const { allowEmailDomains } = await import('cognito-lifeguard/rules/email-domains')
      const seen = []
      const handler = preSignUp({ middleware: [{ before: () => void seen.push('before') }], write: () => {} }, allowEmailDomains('example.com'))
      const event = ${JSON.stringify(preSignUpEvent())}
      for (const email of ['mary@example.com', 'eve@evil.example'])
        await handler({ ...event, request: { userAttributes: { email } } }, {}).then(() => seen.push('proceeds'), ({ name }) => seen.push(name))
      console.log(seen.join())`

    const printed = await command(process.execPath, ['--input-type=module', '-e', program], folder)

    expect(printed.trim()).toBe('before,proceeds,before,TriggerDeniedError')
  })

  it('compiles the examples of the package', async () => {
    const folder = join(library.folder, 'examples')
    await cp(join(library.installed, 'examples'), folder, { recursive: true })
    const compilerOptions = { ...strict, allowImportingTsExtensions: true, noEmit: true }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*/*.ts'] }))

    await command(process.execPath, [TYPESCRIPTS["this repository's TypeScript"](), '-p', folder], library.folder)
  })

  it('a handler logs the problems of an invalid event, on the newest and the oldest Node', async () => {
    const program = `const { preSignUp } = await import('cognito-lifeguard/pre-signup')
      const { allowEmailDomains } = await import('cognito-lifeguard/rules')
      const handler = preSignUp(allowEmailDomains('example.com'))
      await handler({ userName: 7 }, {}).catch(({ name }) => console.log(name))`
    for (const node of [process.execPath, oldestNode]) {
      const printed = await command(node, ['--input-type=module', '-e', program], library.folder)
      expect(printed).toContain('"problems":["userName: expected a string"]')
      expect(printed).toMatch(/^TriggerFailedError$/m)
    }
  })

  it('a bundle contains only the rules that the program uses', async () => {
    const { metafile } = await build({
      absWorkingDir: library.folder,
      entryPoints: ['program.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      metafile: true,
      write: false,
    })
    const [output] = Object.values(metafile.outputs)
    const used = Object.entries(output?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []))
    const rooms = [...FOLDERS.filter((folder) => folder !== 'pre-signup'), 'shared/(?:aws|profiles|settings)', 'tools', 'esbuild']
    const notUsedRooms = new RegExp(`/(?:${rooms.join('|')})/`)
    const ours = used.filter((input) => input.startsWith('node_modules/cognito-lifeguard/lib/'))
    const rules = ours.flatMap((input) => /\/((?:pre-signup|lib\/rules)\/.*)$/.exec(input)?.[1] ?? [])
    expect(rules.toSorted()).toEqual(['lib/rules/allow-email-domains.js', 'lib/rules/deny-email-domains.js', 'pre-signup/trigger.js'])
    expect(ours.filter((input) => notUsedRooms.test(input))).toEqual([])
    const notUsed = /@aws-sdk|@smithy|node_modules\/(zod|yaml|entities)\//
    expect(used.filter((input) => notUsed.test(input))).toEqual([])
    // Unused combinators are removed, although esbuild reads their modules.
    expect(ours.filter((input) => /shared\/rules\/(shadow|per-invocation|deny-if)\.js$/.test(input))).toEqual([])
  })

  it("bundles a user's handler with the AWS SDK, and the bundle runs", async () => {
    await command(process.execPath, [TYPESCRIPTS["this repository's TypeScript"](), '-p', library.folder], library.folder)
    const services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
    onTestFinished(() => services.stop())
    for (const node of [process.execPath, oldestNode]) {
      await command(node, ['bundling.js'], library.folder)
      await writeFile(join(library.folder, 'dist/package.json'), '{"type":"module"}')
      const bundle = await readFile(join(library.folder, 'dist/handler.js'), 'utf8')
      expect(bundle).not.toMatch(/\bfrom\s*"|AWS_PROFILE|169\.254\.170\.2/)
      const once = { ...preSignUpEvent(), request: { userAttributes: { email: `${node === oldestNode ? 'old' : 'new'}@example.com` } } }
      const file = join(library.folder, 'dist/handler.js')
      expect(await runDeployed(node, file, services.environment, once)).toEqual({ answer: once })
      expect(await runDeployed(node, file, services.environment, once)).toMatchObject({ error: { message: 'You were here before' } })
    }
  })

  it("the build script of a new project prints only esbuild's message when a source has a syntax error", async () => {
    const folder = join(library.folder, 'broken')
    await mkdir(join(folder, 'src/pre-signup'), { recursive: true })
    await copyFile(join(library.installed, 'starter/esbuild.config.ts'), join(folder, 'esbuild.config.ts'))
    await writeFile(join(folder, 'src/pre-signup/handler.ts'), 'export const handler = (')
    const failed = await command(process.execPath, ['esbuild.config.ts'], folder).catch(String)
    expect(failed).toMatch(/^Error: .* failed:\n.*ERROR.* Unexpected end of file\n\n {4}src\/pre-signup\/handler\.ts:1:24:\n/)
    expect(failed).not.toMatch(/^ +at /m)
  })

  it('provides the esbuild plugin to a CommonJS build script', async () => {
    for (const node of [process.execPath, oldestNode]) {
      const printed = await command(node, ['-p', "require('cognito-lifeguard/esbuild').lambdaPlugin().name"], library.folder)
      expect(printed.trim()).toBe('cognito-lifeguard')
    }
  })

  it('provides the test kit to a CommonJS test, without vitest', async () => {
    await command(process.execPath, [TYPESCRIPTS["this repository's TypeScript"](), '-p', library.folder], library.folder)
    for (const node of [process.execPath, oldestNode]) {
      const printed = await command(node, ['-e', "require('./tests.js')"], library.folder)
      expect(printed).toMatch(/ pass 2$/m)
    }
  })

  // Each in a process of its own, because a circular import may fail only in the first module that is loaded.
  it.each(ENTRIES)('exports %s', async (name) => {
    const program = `console.log(Object.keys(await import('${name}')).length)`
    expect(Number(await command(process.execPath, ['--input-type=module', '-e', program], library.folder))).toBeGreaterThan(0)
  })

  it('exports every entry point on the oldest Node', async () => {
    const program = `for (const name of ${JSON.stringify(ENTRIES)}) if (Object.keys(await import(name)).length > 0) console.log(name)`
    const printed = await command(oldestNode, ['--input-type=module', '-e', program], library.folder)
    expect(printed.trim().split('\n')).toEqual(ENTRIES)
  })

  it('the command lifeguard of the packed library runs on the newest and the oldest Node', async () => {
    for (const node of [process.execPath, oldestNode]) {
      expect(await command(node, [join(library.installed, 'lib/tools/cli/main.js'), '--help'], library.folder)).toContain(
        'lifeguard replay',
      )
    }
  })

  it('keeps the command file executable after the library was built again', async () => {
    await access(join(library.clone, 'lib/tools/cli/main.js'), constants.X_OK)
  })

  it('packs the sources of the handlers for new projects, but no compiled handlers', async () => {
    const files = (await command('tar', ['-tzf', library.tarball], library.folder)).trim().split('\n')
    // The command runs without its sources, source maps and types, and no package can import it.
    expect(files.filter((file) => /\/src\/tools\/|\/lib\/tools\/.*\.(map|d\.ts)$/.test(file))).toEqual([])
    expect(files.filter((file) => /\/test\/|\/dist\/|\/node_modules\//.test(file) && !file.startsWith('package/starter/'))).toEqual([])
    expect(files.filter((file) => /^package\/lib\/[^/]*\/(handler|settings|default-chain|blocks)\./.test(file))).toEqual([])
    expect(files.filter((file) => /^package\/src\/[^/]*\/handler\.ts$/.test(file))).toHaveLength(FUNCTIONS.length)
  })

  it('the packed library has source maps and declaration maps that point to sources in the package', async () => {
    for (const map of ['index.js.map', 'index.d.ts.map']) {
      const { sources } = JSON.parse(await readFile(join(library.installed, 'lib', map), 'utf8'))
      const source = new URL(sources[0], pathToFileURL(join(library.installed, 'lib', map)))
      expect(await readFile(source, 'utf8')).toContain('export')
    }
  })

  it('has no link to a missing file in the pages of the packed library', async () => {
    const pages = globSync('**/*.md', { cwd: library.installed, exclude: ['starter/**'] })
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guides/compose.md', 'examples/README.md']))
    const broken = pages.map(async (page) => (await findBrokenLinks(library.installed, page, repository)).map((link) => `${page}: ${link}`))
    expect((await Promise.all(broken)).flat()).toEqual([])
  })

  it("has no link to a missing file in a new project's README", async () => {
    await copyFile(join(library.installed, 'starter/README.md'), join(library.folder, 'README.md'))
    expect(await findBrokenLinks(library.folder, 'README.md', repository)).toEqual([])
  })

  it('runs no script when npm installs the packed library, so that npm does not warn', async () => {
    const { scripts } = JSON.parse(await readFile(join(library.installed, 'package.json'), 'utf8'))
    // npm runs or reports these scripts of a dependency.
    expect(Object.keys(scripts)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(pre|post)?(install|prepare)$/)]))
  })

  it('the packed library passes publint', async () => {
    const tarball = new Uint8Array(await readFile(library.tarball)).buffer
    expect((await publint({ pack: { tarball }, strict: true })).messages).toEqual([])
  })

  // The profile of packages without CommonJS. Node 22.12 loads ES modules with `require`, which a test above runs.
  it('the packed library passes "are the types wrong?" for ES modules', async () => {
    const attw = fileURLToPath(new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')))
    await command(process.execPath, [attw, library.tarball, '--profile', 'esm-only'], repository)
  })
})

describeNewProject(() => library)
