import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MASKED_MESSAGE } from '../../../src/shared/lambda/errors.ts'
import { examine } from '../../../src/tools/doctor/examine.ts'
import { loadCode } from '../../../src/tools/doctor/load-code.ts'
import type { Code } from '../../../src/tools/doctor/loaded.ts'
import { readTemplate, type Template } from '../../../src/tools/project/template.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

type Values = Readonly<Record<string, unknown>>

/** Creates a template with functions and a user pool that calls the first function. */
function createTemplate(functions: Readonly<Record<string, Values>>): Template {
  const resources = Object.entries(functions).map(([id, properties]) => [
    id,
    { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x', Handler: 'index.handler', ...properties } },
  ])
  const LambdaConfig = { PreSignUp: { 'Fn::GetAtt': [Object.keys(functions)[0], 'Arn'] } }
  const Resources = { Pool: { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig } }, ...Object.fromEntries(resources) }
  return readTemplate('template.json', JSON.stringify({ Resources }))
}

async function loadFolderCode(folder: string, properties: Values = {}): Promise<Code | undefined> {
  return (await loadCode(createTemplate({ PreSignUp: properties }), { folder, load: true })).get('PreSignUp')
}

const variables = (Variables: Values): Values => ({ Environment: { Variables } })

describe('the child process that loads a handler', () => {
  // Reads /proc/self/environ, because Linux keeps there the variables with which the process started, even if it changes them later.
  const REPORTING = `
    import { readFileSync, writeFileSync } from 'node:fs'
    const started = readFileSync('/proc/self/environ', 'utf8').split('\\0').filter(Boolean).toSorted()
    writeFileSync(new URL('report.json', import.meta.url), JSON.stringify({ started, execArgv: process.execArgv, seen: { ...process.env } }))
    export const handler = async (event) => event
  `
  const report = async (environment: Values): Promise<{ readonly started: unknown; readonly execArgv: unknown; readonly seen: Values }> => {
    const folder = await createFolder({ 'index.mjs': REPORTING, 'evil.cjs': `require('node:fs').writeFileSync(__dirname + '/ran', '')` })
    expect(await loadFolderCode(folder, variables(environment))).toMatchObject({ takesCallback: false, fault: undefined })
    expect(await readdir(folder)).toEqual(['evil.cjs', 'index.mjs', 'report.json'])
    return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
  }
  const evil = (folder: string): Values => ({ NODE_OPTIONS: `--require ${folder}/evil.cjs`, 'NODE_OPTIONS=--require ./evil.cjs': '' })

  // Variables that change how Node, dynamic linkers, OpenSSL, shells and other interpreters start.
  const DECIDING = [
    ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'],
    ...['NODE_PENDING_DEPRECATION', 'NODE_DEBUG', 'NODE_ICU_DATA', 'NODE_REDIRECT_WARNINGS', 'NODE_USE_ENV_PROXY', 'NODE_CHANNEL_FD'],
    ...['NODE_UNIQUE_ID', 'NODE_TLS_REJECT_UNAUTHORIZED', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES'],
    ...['OPENSSL_CONF', 'OPENSSL_MODULES', 'GCONV_PATH', 'PATH', 'SHELL', 'BASH_ENV', 'ENV', 'IFS', 'PYTHONSTARTUP', 'PERL5OPT', 'RUBYOPT'],
    ...['JAVA_TOOL_OPTIONS', 'GIT_SSH_COMMAND', 'npm_config_script_shell', 'node_options', 'AWS_ENDPOINT_URL_DYNAMODB'],
  ]

  it.runIf(process.platform === 'linux')('starts with the same environment whatever the template sets', async () => {
    const plain = await report({})
    const set = await report({ ...Object.fromEntries(DECIDING.map((name) => [name, 'evil'])), ...evil('.') })

    expect({ started: set.started, execArgv: set.execArgv }).toEqual({ started: plain.started, execArgv: [] })
    expect(set.seen).toEqual(plain.seen)
  })

  it.runIf(process.platform === 'linux')('starts with the same environment for variables of any name', { timeout: 120_000 }, async () => {
    const plain = await report({})
    const name = fc.oneof(fc.stringMatching(/^[A-Z_]{1,12}$/), fc.string({ minLength: 1 }), fc.constantFrom(...DECIDING))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.oneof(fc.string(), fc.constant('--require ./evil.cjs'))), async (environment) => {
        expect((await report(environment)).started).toEqual(plain.started)
      }),
      { numRuns: 15 },
    )
  })

  it('gets the variables of the template, but no credentials and no access to AWS', async () => {
    const { seen } = await report({
      STAGE: 'prod',
      NODE_ENV: 'production',
      SSL_MODE: 'on',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_ENDPOINT_URL: 'http://x',
    })

    expect(seen).toMatchObject({ STAGE: 'prod', NODE_ENV: 'production', SSL_MODE: 'on' })
    expect(seen).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })
  })

  it('never runs beside more than three other child processes', { timeout: 120_000 }, async () => {
    const counting = `
      import { appendFileSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
      import { setTimeout as sleep } from 'node:timers/promises'
      mkdirSync('running/' + process.pid, { recursive: true })
      appendFileSync('counts', readdirSync('running').length + '\\n')
      await sleep(150)
      rmdirSync('running/' + process.pid)
      export const handler = async (event) => event // PreSignUp
    `
    const folder = await createFolder({})
    const here = JSON.stringify(`${folder}/`)
    const text = counting.replaceAll("'running", `${here} + 'running`).replaceAll("'counts'", `${here} + 'counts'`)
    await writeFile(join(folder, 'index.mjs'), text)
    const functions = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`F${at}`, variables({ AT: at })]))

    const codes = await loadCode(createTemplate(functions), { folder, load: true })

    const counts = (await readFile(join(folder, 'counts'), 'utf8')).trim().split('\n').map(Number)
    expect([...codes.keys()]).toEqual(Object.keys(functions))
    expect(counts).toHaveLength(40)
    expect(Math.max(...counts)).toBeLessThanOrEqual(4)
  })
})

describe('loadCode with files inside and outside the project folder', () => {
  const LOADED = `import { writeFileSync } from 'node:fs'\nwriteFileSync(new URL('loaded', import.meta.url), '')\nexport const handler = () => {}\n`

  it.each([
    ['a relative path in Handler', { Handler: '../other/index.handler' }],
    ['an absolute path in Handler', { Handler: 'ROOT/other/index.handler' }],
    ['a relative CodeUri', { Code: { CodeUri: '../other' } }],
    ['an absolute CodeUri', { Code: { CodeUri: 'ROOT/other' } }],
    ['a symbolic link to a file', { Handler: 'link.handler' }],
    ['a symbolic link to a folder', { Handler: 'linked/index.handler' }],
  ])('does not load a handler from outside the project folder: %s', async (_, properties) => {
    const root = await createFolder({ 'other/index.mjs': LOADED, 'project/package.json': {} })
    await symlink('../other/index.mjs', join(root, 'project/link.mjs'))
    await symlink('../other', join(root, 'project/linked'))

    const code = await loadFolderCode(join(root, 'project'), JSON.parse(JSON.stringify(properties).replaceAll('ROOT', root)))

    const problem = `the function's code is outside the project folder ${join(root, 'project')}`
    expect(code).toMatchObject({ problem, source: undefined, fault: undefined })
    expect(await readdir(join(root, 'other'))).toEqual(['index.mjs'])
  })

  it.each([
    ['a folder whose name begins with dots', '..src', { Handler: '..src/index.handler' }],
    ['a symbolic link inside the folder', 'src', { Handler: 'link.handler' }],
  ])('loads a handler from inside the project folder: %s', async (_, name, properties) => {
    const root = await createFolder({ [`project/${name}/index.mjs`]: LOADED })
    await symlink('src/index.mjs', join(root, 'project/link.mjs'))
    // Checks the case in which the project folder itself is reached through a symbolic link.
    await symlink('project', join(root, 'shortcut'))

    expect(await loadFolderCode(join(root, 'shortcut'), properties)).toMatchObject({ problem: 'the handler was not made with Lifeguard' })
    expect(await readdir(join(root, 'project', name))).toEqual(['index.mjs', 'loaded'])
  })

  it('finds no handler if the path is a folder', async () => {
    const folder = await createFolder({})
    await mkdir(join(folder, 'index.mjs'))

    expect(await loadFolderCode(folder)).toMatchObject({ problem: "the function's code was not found" })
  })
})

describe('a handler that writes to the pipe of its process', () => {
  const deep = (depth: number): string => `${'{"name":"a","kind":"chain","children":['.repeat(depth)}${']}'.repeat(depth)}`

  const messages = [
    'null',
    '7',
    '"ready"',
    '[]',
    '{}',
    '{ "kind": "ready" }',
    '{ "kind": "ready", "takesCallback": "yes" }',
    '{ "kind": "ready", "takesCallback": false, "rule": null }',
    '{ "kind": "ready", "takesCallback": false, "rule": { "name": "chain", "kind": "chain" } }',
    '{ "kind": "ready", "takesCallback": false, "rule": { "name": "chain", "kind": "chain", "children": [null] } }',
    '{ "kind": "ready", "takesCallback": false, "rule": { "name": 7, "kind": "chain", "children": [] } }',
    '{ "kind": "ready", "takesCallback": false, "rule": { "name": "a", "kind": "rule", "children": [], "permissions": [{ "actions": [7] }] } }',
    '{ "kind": "ready", "takesCallback": false, "rule": { "name": "a", "kind": "rule", "children": [], "verifies": "email" } }',
    `{ "kind": "ready", "takesCallback": false, "rule": ${deep(1000)} }`,
    '{ "kind": "ready", "takesCallback": false, "trigger": {} }',
    '{ "kind": "broken" }',
    '{ "kind": "broken", "error": null }',
    '{ "kind": "broken", "error": { "name": "Error", "message": 7 } }',
    '{ "kind": "returned" }',
  ]

  it.each(messages.map((message) => [message.slice(0, 100), message]))(
    'cannot crash doctor or fake a reply with the message %s',
    async (_, message) => {
      const send = `import { readFileSync, writeSync } from 'node:fs'
      writeSync(3, readFileSync(new URL('message.json', import.meta.url), 'utf8') + '\\n')`
      const folder = await createFolder({ 'index.mjs': `${send}\nexport const handler = () => {}\n`, 'message.json': message })

      expect(await loadFolderCode(folder)).toMatchObject({
        rule: undefined,
        fault: undefined,
        problem: 'the handler was not made with Lifeguard',
      })
    },
  )
})

describe('examine with a handler that does not start', () => {
  const SECRETS = {
    DB_PASS: 'correct-horse',
    DSN: 'postgres://mary:battery7@db.example.com:5432/shop',
    LICENCE: '-----BEGIN-----\nbase64line1\nbase64line2\n-----END-----',
    ODD: 'quote"and space',
    LONGER: 'correct-horse-staple',
    PADDED: ' mainsail ',
    HOOK: 'https://hooks.example/services/ANCHOR1',
    LOGIN: '{"password":"s3c"}',
  }
  const PRINTED = `
    const { DB_PASS, DSN, LICENCE, ODD, LONGER } = process.env
    console.error('cannot log in with ' + DB_PASS + ' or ' + LONGER + ' at ' + DSN)
    console.error(JSON.stringify({ ODD }), encodeURIComponent(ODD), new URL(DSN).password)
    console.error(LICENCE)

    const { PADDED, HOOK, LOGIN } = process.env
    console.error(PADDED.trim(), PADDED.trim().toUpperCase(), HOOK.split('/').at(-1), JSON.parse(LOGIN).password)
  `

  it.each([
    ['prints them within maskInitErrors', `${PRINTED}throw Object.assign(new Error('${MASKED_MESSAGE}'), { name: 'TriggerFailedError' })`],
    [
      'throws them',
      `const { DB_PASS, DSN, LONGER } = process.env\nthrow new Error(DB_PASS + LONGER + ' ' + DSN + ' ' + new URL(DSN).password)`,
    ],
    ['throws an error of several lines', 'throw new Error(process.env.LICENCE)'],
    ['throws a string', 'throw process.env.DSN'],
  ])('hides all values of environment variables if the handler %s', async (_, text) => {
    const folder = await createFolder({ 'index.mjs': `${text}\nexport const handler = () => {}\n` })
    const template = createTemplate({ PreSignUp: variables(SECRETS) })
    const codes = await loadCode(template, { folder, load: true })

    const judged = JSON.stringify(examine({ template, codes, today: new Date('2026-12-01') }))

    expect(judged).toContain('does not start')
    const parts = [
      ...Object.values(SECRETS),
      'battery7',
      'base64line',
      'quote',
      'staple',
      'correct',
      'mainsail',
      'MAINSAIL',
      'ANCHOR1',
      's3c',
    ]
    for (const part of parts) expect(judged).not.toContain(JSON.stringify(part).slice(1, -1))
  })
})
