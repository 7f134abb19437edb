import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, event, lifeguard, parseNdjson } from '../../support/cli/lifeguard.ts'

const ours = ['--services', 'none', '--handler', 'preSignUp=handler.mjs']

/** Replays two events with a handler of the given source. */
async function replayed(source: string, first: unknown = event('PreSignUp_SignUp', { first: 'yes' })) {
  const cwd = await createFolder({ 'handler.mjs': source, 'a.json': first, 'b.json': event() })
  const { code, stdout, stderr } = await lifeguard(['replay', 'a.json', 'b.json', '--json', ...ours], { cwd })
  return { code, stderr, cwd, results: parseNdjson(stdout) }
}

/** Returns the source of a handler that runs the given code on the first event. */
const doing = (what: string, imports: string = ''): string =>
  `${imports}\nexport const handler = async (event, context) => { if (event.request.clientMetadata?.first) { ${what} } return event }`

describe('replay of a deeply nested event', () => {
  it.each([150, 201, 5_000, 100_000])(
    'rejects an event that is nested more than 200 levels deep, and replays the next event: %i levels',
    async (levels) => {
      const deep = JSON.stringify(event()).replace('"response":{}', `"response":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
      const tooDeep = {
        outcome: null,
        error: { name: 'Unreadable', message: 'nested more than 200 levels deep, unlike any Cognito event' },
      }

      const { code, results, stderr } = await replayed('export const handler = async (event) => event', deep)

      expect(results).toMatchObject([levels < 200 ? { outcome: 'proceed' } : tooDeep, { file: 'b.json', outcome: 'proceed' }])
      expect(stderr).toBe(levels < 200 ? '' : `a.json: ${tooDeep.error.message}\n`)
      expect(code).toBe(levels < 200 ? 0 : 2)
    },
  )

  it('reports the line number of a deeply nested event in an .ndjson file', async () => {
    const lines = [JSON.stringify(event()), '['.repeat(20_000) + ']'.repeat(20_000), JSON.stringify(event())]
    const cwd = await createFolder({ 'handler.mjs': 'export const handler = async (event) => event', 'a.ndjson': lines.join('\n') })

    const { stdout, stderr } = await lifeguard(['replay', 'a.ndjson', '--json', ...ours], { cwd })

    expect(parseNdjson(stdout).map(({ outcome }) => outcome)).toEqual(['proceed', null, 'proceed'])
    expect(stderr).toBe('a.ndjson:2: nested more than 200 levels deep, unlike any Cognito event\n')
  })

  it('rejects a deeply nested expectation, and replays the next event', async () => {
    const cwd = await createFolder({
      'handler.mjs': 'export const handler = async (event) => event',
      'a.json': event(),
      'a.expect.json': `{"response":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      'b.json': event(),
    })

    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...ours], { cwd })

    expect(parseNdjson(stdout)).toMatchObject([
      { outcome: null, error: { name: 'Unreadable', message: 'a.expect.json: nested more than 200 levels deep' } },
      { outcome: 'proceed' },
    ])
    expect(code).toBe(2)
  })
})

describe('replay of a hostile handler', () => {
  const raw = (text: string): string => `try { writeSync(3, ${JSON.stringify(text)}) } catch {}`
  const fs = "import { closeSync, writeSync } from 'node:fs'"
  const forged = ['null', '1', '"text"', '[]', '{}', '{"kind":"ready"}', '{"kind":"returned","json":1}', '{"kind":"threw"}', '{', '\u0000']

  it.each([
    ...[null, 1, 'text', [], {}, { kind: 'returned' }, { kind: 'threw', error: null }, { kind: 'not-started' }, { cmd: 'NODE_HANDLE' }].map(
      (message) => [`sends ${JSON.stringify(message)} over a channel`, doing(`process.send?.(${JSON.stringify(message)})`)],
    ),
    [
      "sends a message of Node's own protocol",
      doing("process.send?.({ cmd: 'NODE_HANDLE_ACK' }); process.send?.({ cmd: 'NODE_HANDLE', type: 'x' })"),
    ],
    ['disconnects its IPC channel', doing('process.disconnect?.()')],
    ...forged.map((text) => [`writes ${JSON.stringify(text)} to the reply pipe`, doing(raw(`${text}\n`), fs)]),
    ['leaves half a line in the reply pipe', doing(raw('{"id":"'), fs)],
    ['writes invalid UTF-8 to the reply pipe', doing('writeSync(3, Buffer.from([0xff, 0xfe, 10]))', fs)],
    [
      'logs a decision with values of the wrong types',
      doing(`console.log(JSON.stringify({ requestId: context.awsRequestId, decision: 'proceed', trace: [
      null, 1, { rule: { toString: 1 }, path: [[[]]], outcome: { valueOf: null }, ms: 'x' }, { rule: 'a', path: '0', outcome: 'allow', overrides: [{ toString: 1 }], error: { name: { toString: 1 } } } ] }))`),
    ],
  ])('continues the replay when a handler %s', async (_, source) => {
    const { results, stderr } = await replayed(source)

    expect(results).toMatchObject([{ outcome: 'proceed' }, { outcome: 'proceed' }])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it.each([
    ['closes the reply pipe', doing('closeSync(3); await new Promise((resolve) => setTimeout(resolve, 200))', fs), 'failed'],
    [
      'answers with a value nested too deeply',
      doing(`return { ...event, response: JSON.parse('{"a":'.repeat(3000) + 1 + '}'.repeat(3000)) }`),
      'failed',
    ],
    [
      'throws an error with invalid places in its stack',
      doing(`throw Object.assign(new Error('x'), { stack: 'Error\\n    at file://elsewhere/a.js:1:1\\n    at /etc/passwd:1:1' })`),
      'denied',
    ],
    ['throws an object that cannot be converted to a string', doing('throw { toString: null, valueOf: null }'), 'failed'],
    [
      'throws an error whose message cannot be read',
      doing("throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('no') } })"),
      'failed',
    ],
  ])('continues the replay when a handler %s', async (_, source, outcome) => {
    const { results, stderr } = await replayed(source)

    expect(results).toMatchObject([{ outcome }, { outcome: 'proceed' }])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('continues the replay when a stack trace contains an invalid source map or file URL', async () => {
    const source = `
      import { postAuthentication } from '${process.cwd()}/src/post-auth/trigger.ts'
      import { defineRule } from '${process.cwd()}/src/shared/rules/rule.ts'
      const at = (place) => Object.assign(new Error('x'), { stack: 'Error: x\\n    at ' + place })
      const crash = defineRule('crash', async ({ user }) => { throw at(user.userName) })
      export const handler = postAuthentication(crash)
    `
    const cwd = await createFolder({ 'handler.ts': source, 'bad.js.map': '{', 'odd.js.map': '{"version":3,"mappings":1,"sources":[null]}' })
    const places = ['file://elsewhere/a.js:1:1', `${join(cwd, 'bad.js')}:1:1`, `${join(cwd, 'odd.js')}:1:1`, 'file:///%00%zz:1:1']
    const events = places.map((userName) => JSON.stringify({ ...event('PostAuthentication_Authentication'), userName })).join('\n')

    const args = ['replay', '-', '--json', '--services', 'none', '--handler', 'postAuthentication=handler.ts']
    const { stdout, stderr } = await lifeguard(args, { cwd, stdin: events })

    expect({ stderr, outcomes: parseNdjson(stdout).map(({ outcome }) => outcome) }).toEqual({
      stderr: '',
      outcomes: places.map(() => 'proceed'),
    })
  })

  it.skipIf(process.platform === 'win32').each([
    [
      'after the handler answered',
      doing("spawn('sleep', ['30'], { stdio: 'inherit', detached: true }).unref()", "import { spawn } from 'node:child_process'"),
    ],
    [
      'after the handler ended its own process',
      doing(
        "spawn('sleep', ['30'], { stdio: 'inherit', detached: true }).unref(); console.log('bye'); process.exit(7)",
        "import { spawn } from 'node:child_process'",
      ),
    ],
  ])('does not wait for a child process of the handler that keeps the output open %s', async (_, source) => {
    const startedAt = performance.now()

    const { results, stderr } = await replayed(source)

    expect(results).toHaveLength(2)
    expect(results[1]).toMatchObject({ outcome: 'proceed' })
    if (source.includes('bye')) expect(stderr).toContain('PreSignUp: bye\n')
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })

  it.skipIf(process.platform === 'win32')('does not wait for a background process that the build leaves', async () => {
    const cwd = await createFolder({
      'package.json': { scripts: { build: 'sleep 30 & echo "export const handler = async (event) => event" > handler.mjs' } },
      'a.json': event(),
    })
    const startedAt = performance.now()

    const { code } = await lifeguard(['replay', 'a.json', ...ours], { cwd })

    expect(code).toBe(0)
    expect(await readFile(join(cwd, 'handler.mjs'), 'utf8')).toContain('handler')
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })

  it('finds no handler under an export name that every object inherits', async () => {
    const config = { functions: { a: { handler: 'handler.constructor', events: [{ cognitoUserPool: { trigger: 'PreSignUp' } }] } } }
    const files = { 'handler.cjs': 'module.exports = { handler: async (event) => event }', 'serverless.yml': JSON.stringify(config) }
    const cwd = await createFolder({ ...files, 'a.json': event() })

    const { stderr } = await lifeguard(['replay', 'a.json', '--services', 'none'], { cwd })

    expect(stderr).toContain("The file exports no function 'constructor'")
  })

  it('prints the table of profiles if a handler wrote values of the wrong types', async () => {
    const sdk = join(process.cwd(), 'node_modules/@aws-sdk/client-dynamodb/dist-cjs/index.js')
    const source = `
      import { DynamoDBClient, PutItemCommand } from '${sdk}'
      const odd = { M: { toString: { S: 'x' }, valueOf: { S: 'x' } } }
      export const handler = async (event) => {
        const Item = { pk: { S: 'a' }, userName: odd, signInCount: odd, attributes: { M: { email: odd } } }
        await new DynamoDBClient({}).send(new PutItemCommand({ TableName: process.env.PROFILE_TABLE, Item }))
        return event
      }`
    const cwd = await createFolder({ 'handler.mjs': source, 'a.json': event() })

    const { code, stdout } = await lifeguard(['replay', 'a.json', '--handler', 'preSignUp=handler.mjs'], { cwd })

    expect(stdout).toContain('Profiles written: 1')
    expect(code).toBe(0)
  })

  it('sends an event with every UTF-16 code unit to a handler, and receives the same event', async () => {
    const text = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('')
    const given = { ...event('PreSignUp_SignUp', { first: 'yes' }), userName: text }

    const { results } = await replayed('export const handler = async (event) => ({ ...event, response: { text: event.userName } })', given)

    expect(results).toMatchObject([{ outcome: 'proceed', response: { text } }, { outcome: 'proceed' }])
  })

  it('reports the load error of a handler with U+2028 and U+2029 unchanged', async () => {
    const { results } = await replayed("throw new Error('a\\u2028b\\u2029c')")

    expect(results).toMatchObject([{ error: { message: 'PreSignUp failed with error a\u2028b\u2029c.' } }, { outcome: 'failed' }])
  })

  it('runs a handler without an IPC channel to its parent process, as in Lambda', async () => {
    const { results } = await replayed(doing('throw new Error(typeof process.send + typeof process.channel)'))

    expect(results[0]).toMatchObject({ error: { message: 'PreSignUp failed with error undefinedundefined.' } })
  })
})

describe('replay of a project with invalid JSON files', () => {
  it.each([
    ['package.json', { 'package.json': '{' }, 'package.json: not JSON: '],
    ['meta.json', { 'meta.json': '{', 'handler.mjs': 'export const handler = async (event) => event' }, ''],
  ])('reports or ignores an invalid JSON file without a stack trace: %s', async (_, files, message) => {
    const cwd = await createFolder({ ...files, 'a.json': event() })

    const { code, stderr } = await lifeguard(['replay', 'a.json', ...ours], { cwd })

    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stderr: stderr.startsWith(message === '' ? '' : `lifeguard: ${message}`) }).toEqual({
      code: message === '' ? 0 : 2,
      stderr: true,
    })
  })
})
