import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Precompiled, precompile } from '../../../../../src/tools/cli/commands/precompile/precompile.ts'
import { createFolder, event, lifeguard } from '../../../../support/cli/lifeguard.ts'

const EVENT = { 'event.json': event(), 'package.json': { type: 'module' } }

/** Precompiles a bundle in a folder with files. */
function precompiled(folder: string, bundle: string = 'handler.js', given: string | false = 'event.json'): Promise<Precompiled> {
  const signal = new AbortController().signal
  return precompile({ bundle, ...(given !== false && { event: given }), folder, environment: { PATH: process.env.PATH }, signal })
}

/** Precompiles a handler's file and returns its new text. */
async function precompiledText(code: string, name = 'handler.js', reference = name): Promise<string> {
  const folder = await createFolder({ ...EVENT, [name]: code })
  expect(await precompiled(folder, reference)).not.toHaveProperty('fault')
  return readFile(join(folder, name), 'utf8')
}

/** Reads all files of a folder as text. The keys of the result are the file names. */
async function readTexts(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)))
}

// Takes 10 s, so it runs beside the other tests.
let waiting: { readonly folder: string; readonly result: Promise<Precompiled> }
const WAITS = 'await new Promise(()=>0)'
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-test-'))
  for (const [name, text] of Object.entries({
    'event.json': JSON.stringify(event()),
    'package.json': '{"type":"module"}',
    'handler.js': WAITS,
  }))
    await writeFile(join(folder, name), text)
  waiting = { folder, result: precompiled(folder) }
})
afterAll(() => rm(waiting.folder, { recursive: true }))

describe('precompile', () => {
  it('puts parentheses around the functions that run when the handler loads or gets the event', async () => {
    const code = `const atLoad=()=>1;const byEvent=()=>2;const never=()=>3;
      atLoad();export const handler=async({userName})=>{if(userName==='mary')byEvent();else never()}`

    expect(await precompiledText(code)).toBe(`const atLoad=(()=>1);const byEvent=(()=>2);const never=()=>3;
      atLoad();export const handler=(async({userName})=>{if(userName==='mary')byEvent();else never()})`)
  })

  it('accepts a bundle that has CommonJS, a callback, a shebang, a byte order mark or non-ASCII text', async () => {
    const code =
      "\uFEFF#!/usr/bin/env node\r\n'use strict'\r\nconst é='ü😀';exports.run=(event,context,done)=>done(null,[é].map(function(x){return x}))\r\n"
    const changed = await precompiledText(code.replace('#!/usr/bin/env node', ''), 'sign-up.cjs', 'sign-up.run')

    expect(changed).toContain('exports.run=((event,context,done)=>done(null,[é].map((function(x){return x}))))\r\n')
    expect(changed).toMatch(/^\uFEFF\r\n'use strict'\r\n/)
    expect(await precompiledText('#!/usr/bin/env node\nexport const handler=()=>1')).toBe(
      '#!/usr/bin/env node\nexport const handler=(()=>1)',
    )
  })

  it('changes the files of the bundle that the test run loads, but not the packages in node_modules', async () => {
    const folder = await createFolder({
      ...EVENT,
      'handler.js': "import{f}from'./a-1.js';import g from'g';export const handler=async()=>[f(),g(),(await import('./b-2.js')).h()]",
      'a-1.js': 'export const f=()=>1',
      'b-2.js': 'export const h=()=>2',
      'c-3.js': 'export const i=()=>3',
      'node_modules/g/index.js': 'module.exports=()=>4',
    })
    const modes = async (): Promise<readonly number[]> =>
      Promise.all(['handler.js', 'a-1.js'].map(async (name) => (await stat(join(folder, name))).mode))
    await chmod(join(folder, 'a-1.js'), 0o755)
    const before = await modes()

    expect(await precompiled(folder, '.')).toEqual({ functions: 3, files: 3 })

    expect(await readTexts(folder)).toMatchObject({
      'a-1.js': 'export const f=(()=>1)',
      'b-2.js': 'export const h=(()=>2)',
      'c-3.js': 'export const i=()=>3',
    })
    expect(await readFile(join(folder, 'node_modules/g/index.js'), 'utf8')).toBe('module.exports=()=>4')
    expect(await modes()).toEqual(before)
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('gives the same result for the same bundle, and does not change a precompiled bundle again', async () => {
    const files = { ...EVENT, 'handler.js': 'const f=a=>b=>a+b;export const handler=async()=>f(1)(2)' }
    const [one, two] = [await createFolder(files), await createFolder(files)]
    for (const folder of [one, two]) expect(await precompiled(folder)).toEqual({ functions: 3, files: 1 })
    const first = await readTexts(one)
    const { mtimeMs } = await stat(join(one, 'handler.js'))

    expect(await precompiled(one)).toEqual({ functions: 0, files: 0 })

    expect(await readTexts(one)).toEqual(first)
    expect(await readTexts(two)).toEqual(first)
    expect((await stat(join(one, 'handler.js'))).mtimeMs).toBe(mtimeMs)
  })

  it.each<[string, BuildOptions]>([
    ['in a file that a comment names', { sourcemap: 'linked' }],
    ['in a file', { sourcemap: 'external' }],
    ['inline', { sourcemap: 'inline' }],
    ['absent', { sourcemap: false }],
    ['in a file, with sources of another URL scheme', { sourcemap: 'linked', sourceRoot: 'webpack://app/./' }],
    ['in a file, of CommonJS', { sourcemap: 'linked', format: 'cjs', outExtension: { '.js': '.cjs' } }],
  ])('updates the source map: %s', async (_, options) => {
    const folder = await createFolder({
      ...EVENT,
      'src/other.ts': '\n\nexport const fail = (what: string): never => {\n  throw new TypeError(`no ` + what)\n}\n',
      'src/handler.ts':
        "import { fail } from './other.ts'\nexport const handler = async () => {\n  try {\n    fail('ü')\n  } catch (error) {\n    return [1].map((n) => n)\n  }\n}\n",
    })
    await build({
      absWorkingDir: folder,
      entryPoints: ['src/handler.ts'],
      outdir: 'dist',
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
      ...options,
    })
    const [name = ''] = (await readdir(join(folder, 'dist'))).filter((each) => !each.endsWith('.map'))
    const before = await readTexts(join(folder, 'dist'))

    expect(await precompiled(folder, `dist/${name}`)).toEqual({ functions: options.format === 'cjs' ? 8 : 3, files: 1 })

    const texts = await readTexts(join(folder, 'dist'))
    expect(Object.keys(texts)).toEqual(Object.keys(before))
    if (options.sourcemap === false) return
    const { mappings, ...others } = openMap(texts, name)
    const { mappings: __, ...othersBefore } = openMap(before, name)
    expect(others).toEqual(othersBefore)
    for (const part of ['TypeError', '.map', 'catch']) {
      expect(findPlace(texts, name, part)).toEqual(findPlace(before, name, part))
      expect(findPlace(texts, name, part)).toMatchObject({
        originalSource: expect.stringContaining(part === 'TypeError' ? 'other.ts' : 'handler.ts'),
      })
    }
  })

  it.each([
    ['fails', "throw new TypeError('no table')", 'TypeError: no table'],
    ['ends its process', 'process.exit(7)', 'Runtime.ExitError: Runtime exited with error: exit status 7'],
    ['waits for a promise that never resolves', 'await new Promise(()=>0)', 'Runtime.ExitError: Runtime exited without providing a reason'],
    ['prints an error', "console.error('no such table');process.exit(1)", 'exit status 1\nno such table'],
  ])('does not change a bundle whose handler %s', async (_, body, fault) => {
    await expectUnchanged({ 'handler.js': `export const handler=async()=>{${body}}` }, fault)
  })

  it.each([
    ['has a syntax error', '=', 'Runtime.UserCodeSyntaxError: SyntaxError: '],
    ['is empty', '', "Runtime.HandlerNotFound: The file exports no function 'handler'"],
    ['ends its process at load', 'process.exit(3)', 'Runtime.ExitError: Runtime exited with error: exit status 3'],
  ])('does not change a bundle that %s', async (_, code, fault) => {
    await expectUnchanged({ 'handler.js': code }, fault)
  })

  it.each([
    ['whose source map is not JSON', { 'handler.js.map': 'no' }, 'handler.js: Unexpected token'],
    [
      'whose source map has sections',
      { 'handler.js.map': { version: 3, sections: [] } },
      'handler.js: the source map has no mappings. Source maps with sections are not supported',
    ],
    [
      'whose source map is on a server',
      { 'handler.js': 'export const handler=()=>1\n//# sourceMappingURL=https://example.com/a.map' },
      'handler.js: the source map is not a local file: https://example.com/a.map',
    ],
    ['that is not UTF-8', { 'handler.js': Buffer.from('export const handler=()=>"\xe9"', 'latin1') }, 'handler.js: the file is not UTF-8'],
  ])('does not change a bundle %s', async (_, files, fault) => {
    await expectUnchanged({ 'handler.js': 'export const handler=()=>1', ...files }, fault)
  })

  it('does not change a bundle if a rule fails in the test run, even if the handler continues', async () => {
    const rules = join(process.cwd(), 'src/index.ts')
    const confirmation = join(process.cwd(), 'src/post-confirmation/index.ts')
    const source = `import { defineRule } from '${rules}'; import { postConfirmation } from '${confirmation}'
      export const handler = postConfirmation(defineRule('invite', () => { throw new Error('no seat') }, { can: ['done'] }))`
    const folder = await createFolder({ ...EVENT, 'event.json': event('PostConfirmation_ConfirmSignUp'), 'handler.ts': source })
    await build({
      absWorkingDir: folder,
      entryPoints: ['handler.ts'],
      outdir: '.',
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
    })

    expect(await precompiled(folder)).toEqual({ fault: expect.stringMatching(/^the rule invite failed: Error: no seat/) })
  })

  it('blocks connections to other machines, and reports the host', async () => {
    for (const way of [
      "fetch('http://lifeguard.example/x').catch(()=>0)",
      "new Promise(done=>process.getBuiltinModule('node:http').get('http://lifeguard.example/x',done).on('error',done))",
      "new Promise(done=>process.getBuiltinModule('node:tls').connect(443,'lifeguard.example').on('error',done))",
      "new Promise(done=>new (process.getBuiltinModule('node:net').Socket)().connect(443,'lifeguard.example').on('error',done))",
      "new Promise(done=>process.getBuiltinModule('node:dgram').createSocket('udp4').send('x',53,'lifeguard.example',done))",
    ]) {
      await expectUnchanged(
        { 'handler.js': `export const handler=()=>${way}` },
        'The handler connects to lifeguard.example. A test run may connect only to this machine.',
      )
    }
  })

  it('lets the test run use the embedded DynamoDB and SES, and other servers on this machine', async () => {
    const server = createServer((_, response) => response.end('here'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = Object(server.address())
    const code = `export const handler=async()=>{
      const tables=await fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB,{method:'POST',headers:{'x-amz-target':'DynamoDB_20120810.ListTables','content-type':'application/x-amz-json-1.0','authorization':'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b','x-amz-date':'20260101T000000Z'},body:'{}'});
      if((await tables.json()).TableNames.length===3)(()=>'tables')().at(0);
      if(process.env.AWS_ENDPOINT_URL_SES)[1].map(()=>'mail');
      if(await(await fetch('http://localhost:${port}')).text()==='here')[1].map(()=>'server')}`
    const changed = await precompiledText(code)
    server.close()

    expect(changed).toContain("(()=>'mail')")
    expect(changed).toContain("(()=>'server')")
  })

  it('runs the handler with the settings in lifeguard.env', async () => {
    const code = "export const handler=()=>{if(process.env.SETTING==='set')[1].map(()=>'set')}"
    const folder = await createFolder({ ...EVENT, 'handler.js': code, 'lifeguard.env': 'SETTING=set\n' })

    expect(await precompiled(folder)).toEqual({ functions: 2, files: 1 })
  })

  it("runs the handler with the function's environment in serverless.yml", async () => {
    const code = "export const handler=()=>{if(process.env.SETTING==='set')[1].map(()=>'set')}"
    const sample = { handler: 'handler.handler', environment: { SETTING: 'set' }, events: [{ cognitoUserPool: { trigger: 'PreSignUp' } }] }
    const folder = await createFolder({ ...EVENT, 'handler.js': code, 'serverless.yml': { service: 's', functions: { sample } } })

    expect(await precompiled(folder)).toEqual({ functions: 2, files: 1 })
  })

  it('finds the handler through a symbolic link, by its folder, or in serverless.yml', async () => {
    const code = 'export const handler=()=>1;export const run=()=>2'
    const folder = await createFolder({
      ...EVENT,
      'linked/index.js': code,
      'dist/confirm/main.js': code,
      'serverless.yml': { functions: { a: { handler: 'dist/confirm/main.run', events: [{ cognitoUserPool: { trigger: 'PreSignUp' } }] } } },
      'events/b.json': event(),
    })
    await symlink(join(folder, 'linked'), join(folder, 'link'), 'junction')

    expect(await precompiled(folder, 'link')).toEqual({ functions: 1, files: 1 })
    expect(await readFile(join(folder, 'linked/index.js'), 'utf8')).toBe('export const handler=(()=>1);export const run=()=>2')
    expect(await precompiled(folder, 'dist/confirm', false)).toEqual({ functions: 1, files: 1 })
    expect(await readFile(join(folder, 'dist/confirm/main.js'), 'utf8')).toBe('export const handler=()=>1;export const run=(()=>2)')
  })

  it('uses the first sample event that is for the trigger of the bundle and is expected to proceed', async () => {
    const code = "export const handler=({userName})=>{if(userName==='c')[1].map(()=>'c')}"
    const folder = await createFolder({
      'package.json': EVENT['package.json'],
      'dist/pre-signup/handler.js': code,
      'events/a.json': { ...event('PreAuthentication_Authentication'), userName: 'a' },
      'events/b.json': { ...event(), userName: 'b' },
      'events/b.expect.json': { outcome: 'denied' },
      'events/c.json': { ...event(), userName: 'c' },
      'events/c.expect.json': { outcome: 'proceed' },
      'events/d.json': event(),
    })

    expect(await precompiled(folder, 'dist/pre-signup', false)).toEqual({ functions: 2, files: 1 })
  })
})

/** Reads the source map of a bundle. */
function openMap(texts: Readonly<Record<string, string>>, name: string) {
  const inline = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(texts[name] ?? '')?.[1]
  return JSON.parse(inline === undefined ? (texts[`${name}.map`] ?? '') : Buffer.from(inline, 'base64').toString())
}

/** Finds the source position of a part of a bundle. */
function findPlace(texts: Readonly<Record<string, string>>, name: string, part: string): object {
  const code = texts[name] ?? ''
  const before = code.slice(0, code.indexOf(part)).split('\n')
  const { originalSource, originalLine, originalColumn } = Object(
    new SourceMap(openMap(texts, name)).findEntry(before.length - 1, before.at(-1)?.length ?? 0),
  )
  return { originalSource, originalLine, originalColumn }
}

async function expectUnchanged(files: Readonly<Record<string, unknown>>, fault: string): Promise<void> {
  const folder = await createFolder({ ...EVENT, ...files })
  const before = await readTexts(folder)
  expect(await precompiled(folder)).toEqual({ fault: expect.stringContaining(fault) })
  expect(await readTexts(folder)).toEqual(before)
}

describe('lifeguard precompile', () => {
  it('prints the number of changed functions and files', async () => {
    const cwd = await createFolder({ ...EVENT, 'handler.js': 'export const handler=()=>1' })
    const args = ['precompile', '.', '--event', 'event.json']

    expect(await lifeguard(args, { cwd })).toEqual({ code: 0, stdout: '.: precompiled 1 function in 1 file\n', stderr: '' })
    expect(await lifeguard(args, { cwd })).toEqual({ code: 0, stdout: '.: already precompiled\n', stderr: '' })
  })

  it('exits with 1 if the test run failed', async () => {
    const cwd = await createFolder({ ...EVENT, 'handler.js': "export const handler=()=>{throw new Error('no\\u001b[31m')}" })

    expect(await lifeguard(['precompile', '.', '--event', 'event.json'], { cwd })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'lifeguard: . is unchanged, because its test run failed:\n  Error: no\\u001b[31m\n',
    })
  })

  it.each([
    [[], 'Missing bundle. Expected: lifeguard precompile BUNDLE'],
    [['a.js', 'b.js'], "Unexpected argument 'b.js'. Expected one bundle: lifeguard precompile BUNDLE"],
    [['nope.js', '--event', 'event.json'], 'nope.js: no such file or folder'],
    [
      ['empty', '--event', 'event.json'],
      'empty: the folder contains no handler; expected one of handler.js, handler.mjs, handler.cjs, index.js, index.mjs, index.cjs',
    ],
    [['event.json', '--event', 'event.json'], 'event.json: not a bundle; expected a .js, .mjs or .cjs file'],
    [['source.ts', '--event', 'event.json'], 'source.ts: not a bundle; expected a .js, .mjs or .cjs file'],
    [['handler.js'], 'handler.js: the trigger is unknown. Choose an event for the test run with --event FILE'],
    [
      ['pre-signup'],
      'pre-signup: events/ has no event of PreSignUp that is expected to proceed. Choose an event for the test run with --event FILE',
    ],
    [['handler.js', '--event', 'nope.json'], 'nope.json: no such file or folder'],
    [['handler.js', '--event', 'source.ts'], 'source.ts: not JSON: '],
    [['handler.js', '--events', 'event.json'], "Unknown option '--events'. Did you mean '--event'?"],
  ])('rejects the arguments %j, exits with 2 and changes nothing', async (args, problem) => {
    const cwd = await createFolder({
      ...EVENT,
      'handler.js': 'export const handler=()=>1',
      'source.ts': 'export const handler=()=>1',
      'pre-signup/handler.js': 'export const handler=()=>1',
    })
    await mkdir(join(cwd, 'empty'))
    const before = await readTexts(cwd)

    const { code, stdout, stderr } = await lifeguard(['precompile', ...args], { cwd })

    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(problem)
    expect(await readTexts(cwd)).toEqual(before)
  })

  it('prints its help', async () => {
    expect(await lifeguard(['precompile', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage:\n  lifeguard precompile BUNDLE'),
    })
  })
})

describe('precompile of a bundle that waits at load for a promise that never resolves', () => {
  it('reports the timeout, and does not change the bundle', async () => {
    expect(await waiting.result).toEqual({ fault: expect.stringContaining('InitTimeout: The handler did not load within 10 seconds') })
    expect(await readFile(join(waiting.folder, 'handler.js'), 'utf8')).toBe(WAITS)
  })
})
