import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildDomainFiles } from '../../../src/esbuild/domain-files.ts'
import {
  createFolder,
  event,
  FIXTURES,
  type Finished,
  handler,
  lifeguard,
  parseNdjson,
  spawnLifeguard,
} from '../../support/cli/lifeguard.ts'

const none = ['--services', 'none']

/** Replays one event through a fixture with --json. */
async function replayed(fixture: string, given: unknown = event(), env: Record<string, string> = {}, trigger: string = 'preSignUp') {
  const cwd = await createFolder({ 'event.json': given })
  const { code, stdout, stderr } = await lifeguard(['replay', 'event.json', '--json', ...none, ...handler(fixture, trigger)], { cwd, env })
  const objects = parseNdjson(stdout)
  expect(objects).toHaveLength(1)
  return { code, stderr, result: objects[0] ?? {} }
}

// Takes 15 s, so it runs beside the other tests.
let hanging: Promise<Finished>
beforeAll(() => {
  const options = { cwd: FIXTURES, stdin: JSON.stringify(event()) }
  hanging = spawnLifeguard(['replay', '-', '--json', ...none, ...handler('hang.js')], options)
})

describe('lifeguard replay --json', () => {
  it('writes one object per event with the documented keys', async () => {
    const { code, stderr, result } = await replayed('approve.js')
    expect(result).toEqual({
      file: 'event.json',
      line: null,
      item: null,
      trigger: 'PreSignUp',
      triggerSource: 'PreSignUp_SignUp',
      outcome: 'proceed',
      decidedBy: null,
      reason: null,
      response: { autoConfirmUser: true },
      error: null,
      trace: null,
      failedRules: null,
      attempts: 1,
      durationMs: expect.any(Number),
      expected: null,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('reports an error of the function with the message that Cognito sends', async () => {
    const { code, result } = await replayed('throw.js')
    expect(result).toMatchObject({
      outcome: 'denied',
      error: { name: 'UserLambdaValidationException', message: 'PreSignUp failed with error no seats left.' },
      trace: null,
      attempts: 1,
    })
    expect(code).toBe(0)
  })

  it('reports a thrown string as the message', async () => {
    const { result } = await replayed('throw-text.js')
    expect(result.error).toEqual({ name: 'UserLambdaValidationException', message: 'PreSignUp failed with error just a text.' })
  })

  it.each([
    ['null', 'the function returned null; expected the event'],
    ['undefined', 'the function returned null; expected the event'],
    ['text', 'the function returned string; expected the event'],
    ['array', 'the function returned array; expected the event'],
    ['partial', "the function returned an event without 'version'"],
    ['without-response', "the function returned an event without 'response'"],
  ])('rejects the answer %s as Cognito does', async (answer, reason) => {
    const { code, result } = await replayed('answer.js', event('PreSignUp_SignUp', { answer }))
    expect(result).toMatchObject({
      outcome: 'failed',
      reason,
      response: null,
      error: { name: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' },
    })
    expect(code).toBe(1)
  })

  it('reports that a function ended its process, and starts a new process for the next event', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'b.json': event() })
    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...none, ...handler('exit.js')], { cwd })
    expect(parseNdjson(stdout)).toMatchObject(
      Array(2).fill({
        outcome: 'failed',
        reason: "the function's process exited",
        error: { name: 'UserLambdaValidationException', message: 'PreSignUp failed with error Runtime exited with error: exit status 3.' },
        attempts: 1,
      }),
    )
    expect(code).toBe(1)
  })

  it("prints the handler's message about an invalid setting once, and reports every event as failed", async () => {
    const cwd = await createFolder({ 'a.json': event(), 'b.json': event() })
    const { code, stdout, stderr } = await lifeguard(['replay', '.', '--json', ...none, ...handler('settings-error.js')], { cwd })
    expect(stderr).toBe(
      'The PreSignUp handler does not start:\n  ALLOWED_EMAIL_DOMAINS is missing\n  It should hold domains, such as example.com\n',
    )
    expect(parseNdjson(stdout)).toMatchObject(Array(2).fill({ outcome: 'failed', reason: 'the handler does not start', attempts: 1 }))
    expect(code).toBe(1)
  })

  it.each([
    ['exit-at-load.js', 'Runtime exited with error: exit status 4'],
    ['not-exported.js', "The file exports no function 'handler'"],
  ])('prints why %s does not start', async (fixture, text) => {
    expect((await replayed(fixture)).stderr).toContain(text)
  })

  it('prints the output of the handler, except the line of its decision and its metrics', async () => {
    const { stderr, result } = await replayed('noisy.js')
    // The handler does not use Lifeguard, so the lines that it prints are not the decision.
    expect(result).toMatchObject({ outcome: 'proceed', decidedBy: null, trace: null })
    expect(
      stderr
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual([
      'PreSignUp: a note of my own',
      'PreSignUp: a note on standard error',
      'PreSignUp: no end of line',
      expect.stringContaining('"decidedBy":"fake"'),
    ])
  })

  it('runs a handler with a callback, and warns that newer runtimes reject it', async () => {
    const { stderr, result } = await replayed('callback.cjs')
    expect(result.outcome).toBe('proceed')
    expect(stderr).toContain('callback.cjs takes a callback as third parameter. Lambda removed callbacks in nodejs24.x')
  })

  it('bundles a TypeScript handler', async () => {
    expect((await replayed('typed.ts')).result).toMatchObject({ outcome: 'proceed', response: {} })
  })

  it('runs a bundle with the domain list beside it that @file: names, built from a JSON array', async () => {
    const cwd = await createFolder({ 'event.json': event(), 'domains/staff.json': ['Mary@example.com'] })
    await cp('dist/pre-signup', join(cwd, 'bundle'), { recursive: true, filter: (path) => !path.endsWith('meta.json') })
    await buildDomainFiles(join(cwd, 'domains'), join(cwd, 'bundle'))
    const args = ['replay', 'event.json', '--json', ...none, '--handler', 'preSignUp=bundle/handler.js']

    const { stdout } = await lifeguard(args, { cwd, env: { ALLOWED_EMAIL_DOMAINS: '@file:staff.domains', BLOCK_TABLE: '' } })

    expect(parseNdjson(stdout)).toMatchObject([{ outcome: 'proceed', decidedBy: 'allow-email-domains' }])
  })

  it('ignores the answer and the error of a custom sender, because Cognito does not wait for it', async () => {
    const given: Record<string, unknown> = { ...event('CustomEmailSender_SignUp', { answer: 'null' }), response: undefined }
    expect((await replayed('answer.js', given, {}, 'customEmailSender')).result).toMatchObject({ outcome: 'proceed', error: null })
    expect((await replayed('throw.js', given, {}, 'customEmailSender')).result).toMatchObject({
      outcome: 'failed',
      error: { name: 'Error', message: 'no seats left' },
    })
  })

  it('reports events without a handler and files that are not events, and does not count them as unexpected', async () => {
    const cwd = await createFolder({
      'a.json': event('CustomMessage_SignUp'),
      'b.json': { hello: 'world' },
      'c.json': [],
      'd.json': event('testTrigger'),
    })
    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout)).toMatchObject([
      {
        file: 'a.json',
        trigger: 'CustomMessage',
        outcome: null,
        error: { name: 'NoHandler', message: 'no --handler for this trigger' },
        attempts: 0,
      },
      {
        file: 'b.json',
        trigger: null,
        outcome: null,
        error: { name: 'NotAnEvent', message: 'not an event: expected a JSON object with a triggerSource' },
      },
      { file: 'c.json', trigger: null, outcome: null, error: { name: 'NotAnEvent' } },
      {
        file: 'd.json',
        triggerSource: 'testTrigger',
        error: { name: 'NotAnEvent', message: "not an event: unknown triggerSource 'testTrigger'" },
      },
    ])
    expect(code).toBe(0)
  })

  it.each([
    ['package.json', { name: 'people' }, 'package.json: not an event: expected a JSON object with a triggerSource'],
    ['new.json', event('NewTrigger_New'), "new.json: not an event: unknown triggerSource 'NewTrigger_New'"],
    ['two.ndjson', `${JSON.stringify(event())}\n[]\n`, 'two.ndjson:2: not an event: expected a JSON object with a triggerSource'],
  ])('rejects a named file that is not an event: %s', async (file, content, message) => {
    const cwd = await createFolder({ [file]: content })
    const args = [...none, ...handler('approve.js')]
    const { code, stderr } = await lifeguard(['replay', file, '--json', ...args], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` })
    const people = await lifeguard(['replay', file, ...args], { cwd })
    expect(people.code).toBe(2)
    expect(people.stdout).toContain(message.replace(/^.*?(?=not an event)/, ''))
  })

  it('reports each unreadable file or line, and replays all other events', async () => {
    const cwd = await createFolder({
      'a.json': '{"triggerSource":',
      'b.json': event(),
      'c.ndjson': `${JSON.stringify(event())}\n\n{"a":1,}\n${JSON.stringify(event())}`,
      'd.json': '',
    })
    const { code, stdout, stderr } = await lifeguard(['replay', '.', '--json', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout).map(({ file, line, outcome }) => [file, line, outcome])).toEqual([
      ['a.json', null, null],
      ['b.json', null, 'proceed'],
      ['c.ndjson', 1, 'proceed'],
      ['c.ndjson', 3, null],
      ['c.ndjson', 4, 'proceed'],
      ['d.json', null, null],
    ])
    expect(stderr).toMatch(/^a\.json: not JSON: Unexpected end of JSON input\nc\.ndjson:3: not JSON: .*position 7.*\nd\.json: empty\n$/)
    expect(code).toBe(2)
  })

  it('compares the result with the expectation beside an event', async () => {
    const cwd = await createFolder({
      'met.json': event(),
      'met.expect.json': { outcome: 'proceed', response: { autoConfirmUser: true } },
      'missed.json': event(),
      'missed.expect.json': { outcome: 'denied', decidedBy: 'allow-email-domains' },
    })
    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout).map(({ file, expected }) => [file, expected])).toEqual([
      ['met.json', true],
      ['missed.json', false],
    ])
    expect(code).toBe(1)
  })

  it('counts an event with an expectation but without a handler as unexpected', async () => {
    const cwd = await createFolder({ 'a.json': event('CustomMessage_SignUp'), 'a.expect.json': { outcome: 'proceed' } })
    const { code, stdout } = await lifeguard(['replay', 'a.json', '--json', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout)).toMatchObject([{ outcome: null, error: { name: 'NoHandler' }, expected: false }])
    expect(code).toBe(1)
  })

  it('exits with 0 for an expected failure', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'a.expect.json': { outcome: 'failed' } })
    const { code } = await lifeguard(['replay', 'a.json', '--json', ...none, ...handler('exit.js')], { cwd })
    expect(code).toBe(0)
  })

  it.each([
    ['{"outcome":', 'a.expect.json: not JSON: Unexpected end of JSON input'],
    [
      '{"outcom":"denied"}',
      "a.expect.json: unknown key 'outcom'; expected one of outcome, decidedBy, reason, response, responseLike, failedRules, effects",
    ],
    ['{"outcome":"deny"}', 'a.expect.json: outcome: Invalid option: expected one of "proceed"|"denied"|"failed"'],
    ['[]', 'a.expect.json: expected a JSON object'],
  ])('rejects an expectation file that contains %s', async (text, message) => {
    const cwd = await createFolder({ 'a.json': event(), 'a.expect.json': text })
    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout)).toMatchObject([{ outcome: null, error: { name: 'Unreadable', message } }])
    expect(code).toBe(2)
  })

  it('reports the error of a rule with the source line, in the result of the event that caused the error', async () => {
    const source = `
      import { postAuthentication } from '${process.cwd()}/src/post-auth/trigger.ts'
      import { defineRule } from '${process.cwd()}/src/shared/rules/rule.ts'
      const crash = defineRule('crash', async ({ user }) => { throw new Error('no seat for ' + user.userName) })
      export const handler = postAuthentication(crash)
    `
    const named = (userName: string): object => ({ ...event('PostAuthentication_Authentication'), userName })
    const cwd = await createFolder({ 'handler.ts': source, 'a.json': named('ann'), 'b.json': named('bob') })
    const args = [...none, '--handler', 'postAuthentication=handler.ts']
    const { stdout } = await lifeguard(['replay', '.', '--json', ...args], { cwd })
    expect(parseNdjson(stdout).map(({ trace }) => trace)).toMatchObject(
      ['ann', 'bob'].map((name) => [
        { rule: 'crash', reason: 'Error', error: 'Error', message: `no seat for ${name}`, place: 'handler.ts:4' },
      ]),
    )
    const people = await lifeguard(['replay', 'a.json', ...args], { cwd })
    expect(people.stdout).toContain('  ✗ a')
    expect(people.stdout).toContain('\n      crash failed: Error: no seat for ann (handler.ts:4)\n')
    expect(people.code).toBe(1)
  })

  it('accepts a failed rule that the expectation names', async () => {
    const source = `
      import { postAuthentication } from '${process.cwd()}/src/post-auth/trigger.ts'
      export const handler = postAuthentication(postAuthentication.rule('crash', () => { throw new Error('no seat') }))
    `
    const cwd = await createFolder({
      'handler.ts': source,
      'a.json': event('PostAuthentication_Authentication'),
      'a.expect.json': { outcome: 'proceed', failedRules: ['crash'] },
      'b.json': event('PostAuthentication_Authentication'),
      'b.expect.json': { outcome: 'proceed' },
    })

    const { code, stdout } = await lifeguard(['replay', '.', '--json', ...none, '--handler', 'postAuthentication=handler.ts'], { cwd })

    expect(parseNdjson(stdout)).toMatchObject([
      { outcome: 'proceed', failedRules: ['crash'], expected: true },
      { outcome: 'proceed', failedRules: ['crash'], expected: false },
    ])
    expect(code).toBe(1)
  })

  it('prints the error of the rule that made the handler fail', async () => {
    const source = `
      import { preSignUp } from '${process.cwd()}/src/pre-signup/trigger.ts'
      import { requireAttributes } from '${process.cwd()}/src/rules/require-attributes.ts'
      export const handler = preSignUp(requireAttributes({ '~standard': { validate() { throw new RangeError('no table') } } }))
    `
    const cwd = await createFolder({ 'handler.ts': source, 'a.json': event() })
    const { stdout } = await lifeguard(['replay', 'a.json', ...none, '--handler', 'preSignUp=handler.ts'], { cwd })
    expect(stdout).toContain('require-attributes: RangeError\n      no table (handler.ts:4)\n      → PreSignUp failed with error Something')
  })

  it('replays only events of the trigger that --only names, in any spelling', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'b.json': event('PreAuthentication_Authentication'), 'c.json': { no: 'event' } })
    const args = ['replay', '.', '--json', ...none, ...handler('approve.js'), ...handler('approve.js', 'PreAuthentication')]
    expect(parseNdjson((await lifeguard([...args, '--only', 'pre-auth'], { cwd })).stdout)).toMatchObject([{ file: 'b.json' }])
    const nothing = await lifeguard([...args, '--only', 'customMessage'], { cwd })
    expect(nothing).toMatchObject({ code: 2, stdout: '', stderr: 'lifeguard: Found no event of CustomMessage in .\n' })
  })

  it('replays each event N times with --repeat N', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'b.json': event() })
    const { stdout } = await lifeguard(['replay', '.', '--json', '--repeat', '3', ...none, ...handler('approve.js')], { cwd })
    expect(parseNdjson(stdout).map(({ file }) => file)).toEqual(['a.json', 'a.json', 'a.json', 'b.json', 'b.json', 'b.json'])
  })

  it('reads standard input with one event per line, or with one event over many lines', async () => {
    const cwd = await createFolder({})
    const args = ['replay', '-', '--json', ...none, ...handler('approve.js')]
    const lines = await lifeguard(args, { cwd, stdin: `${JSON.stringify(event())}\n${JSON.stringify(event())}\n` })
    expect(parseNdjson(lines.stdout)).toMatchObject([
      { file: '-', line: 1, outcome: 'proceed' },
      { file: '-', line: 2, outcome: 'proceed' },
    ])
    const whole = await lifeguard(args, { cwd, stdin: JSON.stringify(event(), null, 2) })
    expect(parseNdjson(whole.stdout)).toMatchObject([{ file: '-', line: 1, outcome: 'proceed' }])
  })

  it('replays the events of a JSON array and of a log', async () => {
    const cwd = await createFolder({
      'a.json': [event(), event()],
      'a.expect.json': { outcome: 'denied' },
      'b.log': `START RequestId: 1 Version: 1\n2026-01-01T00:00:00.000Z\t1\tINFO\t${JSON.stringify(event())}\n`,
    })

    const { code, stdout } = await lifeguard(['replay', 'a.json', 'b.log', ...none, ...handler('approve.js')], { cwd })

    expect(stdout.replace(/[\d.]+ s$/m, '0 s')).toBe(`a.json
  · event 1 (PreSignUp)                         proceed  → signed up and confirmed
  · event 2 (PreSignUp)                         proceed  → signed up and confirmed

b.log
  · line 2 (PreSignUp)                          proceed  → signed up and confirmed

3 events: 3 proceed
3 without an expectation; 0 s
`)
    expect(code).toBe(0)
  })

  it('replays a file that is larger than the memory limit of the process', async () => {
    const count = 4000
    const long = { ...event(), padding: 'x'.repeat(20_000) }
    const cwd = await createFolder({ 'many.ndjson': `${JSON.stringify(long)}\n`.repeat(count) })
    const env = { NODE_OPTIONS: '--max-old-space-size=64' }
    const { code, stdout } = await spawnLifeguard(['replay', 'many.ndjson', '--json', ...none, ...handler('approve.js')], { cwd, env })
    const objects = parseNdjson(stdout)
    expect(objects).toHaveLength(count)
    expect(objects.at(-1)).toMatchObject({ line: count, outcome: 'proceed' })
    expect(code).toBe(0)
  }, 180_000)
})

describe('lifeguard replay --update', () => {
  it('writes missing and wrong expectations, and reports an event that it cannot update', async () => {
    const cwd = await createFolder({
      'new.json': event(),
      'right.json': event(),
      'right.expect.json': '{ "outcome": "proceed" }',
      'wrong.json': event(),
      'wrong.expect.json': { response: {} },
      'unreadable.json': event(),
      'unreadable.expect.json': '{',
      'list.ndjson': JSON.stringify(event()),
    })

    const { code, stdout } = await lifeguard(['replay', '.', '--update', ...none, ...handler('approve.js')], { cwd })

    const read = (file: string): Promise<string> => readFile(join(cwd, file), 'utf8')
    expect(await read('new.expect.json')).toBe('{\n  "outcome": "proceed"\n}\n')
    expect(await read('right.expect.json')).toBe('{ "outcome": "proceed" }')
    expect(JSON.parse(await read('wrong.expect.json'))).toEqual({ response: { autoConfirmUser: true } })
    expect(await read('unreadable.expect.json')).toBe('{')
    expect((await readdir(cwd)).filter((name) => name.endsWith('.expect.json'))).toHaveLength(4)
    expect(stdout).toContain('      wrote wrong.expect.json\n')
    expect(stdout).toContain('2 expectations written\n3 as expected, 1 unreadable, 1 without an expectation')
    expect(code).toBe(2)
  })

  it('does not record a new failure', async () => {
    const cwd = await createFolder({ 'a.json': event() })

    const { code, stdout, stderr } = await lifeguard(['replay', 'a.json', '--update', '--json', ...none, ...handler('exit.js')], { cwd })

    expect(parseNdjson(stdout)).toMatchObject([{ outcome: 'failed', expected: null }])
    expect(stderr).toContain('a.json: did not write a.expect.json, because a failure is not recorded')
    expect(await readdir(cwd)).toEqual(['a.json'])
    expect(code).toBe(1)
  })

  it.each([['--watch'], ['--repeat', '2']])('does not accept %s', async (...option) => {
    const cwd = await createFolder({ 'a.json': event() })
    const { code, stderr } = await lifeguard(['replay', 'a.json', '--update', ...option], { cwd })
    expect(stderr).toContain(`lifeguard: --update does not work with ${option[0]}`)
    expect(code).toBe(2)
  })
})

describe('the environment of a handler in replay', () => {
  const secrets = {
    AWS_ACCESS_KEY_ID: 'AKIAREAL',
    AWS_SECRET_ACCESS_KEY: 'real',
    AWS_SESSION_TOKEN: 'real',
    AWS_PROFILE: 'production',
    AWS_REGION: 'eu-west-1',
  }

  async function seen(services: string, env: Record<string, string>, files: Record<string, string> = {}): Promise<Record<string, string>> {
    const cwd = await createFolder({ 'a.json': event(), ...files })
    const { stdout } = await lifeguard(['replay', 'a.json', '--json', '--services', services, ...handler('environment.js')], { cwd, env })
    const [result] = parseNdjson(stdout)
    const { message } = Object(result?.error)
    return JSON.parse(String(message).replace('PreSignUp failed with error ', '').slice(0, -1))
  }

  it('passes to a handler the settings in the environment, and the documented defaults of all other settings', async () => {
    expect(await seen('none', { ALLOWED_EMAIL_DOMAINS: 'example.net', LOG_LEVEL: 'silent' })).toMatchObject({
      ALLOWED_EMAIL_DOMAINS: 'example.net',
      WELCOME_EMAIL_FROM: 'welcome@example.com',
      WELCOME_APP_NAME: 'Example',
      WELCOME_APP_URL: 'https://app.example.com',
      BLOCK_TABLE: 'lifeguard-blocks',
      PROFILE_TABLE: 'lifeguard-profiles',
      LOG_LEVEL: 'silent',
    })
  })

  it('passes the settings in lifeguard.env to a handler, unless the environment overrides them', async () => {
    const file = '# A comment\nALLOWED_EMAIL_DOMAINS="example.net"\nWELCOME_APP_NAME=From the file\nLOG_LEVEL=silent\nBLOCK_TABLE=filed\n'
    expect(await seen('embedded', { WELCOME_APP_NAME: 'Mine' }, { 'lifeguard.env': file })).toMatchObject({
      ALLOWED_EMAIL_DOMAINS: 'example.net',
      WELCOME_APP_NAME: 'Mine',
      BLOCK_TABLE: 'filed',
      PROFILE_TABLE: 'lifeguard-profiles',
      LOG_LEVEL: 'silent',
    })
  })

  it('passes no defaults to a handler if lifeguard.env exists, so that a misspelt setting is missing', async () => {
    const environment = await seen('none', {}, { 'lifeguard.env': 'ALLOWED_EMAIL_DOMIANS=example.net\n' })
    expect(environment).toMatchObject({ ALLOWED_EMAIL_DOMIANS: 'example.net' })
    for (const name of ['ALLOWED_EMAIL_DOMAINS', 'WELCOME_EMAIL_FROM', 'BLOCK_TABLE']) expect(environment).not.toHaveProperty(name)
  })

  it('reports an unreadable lifeguard.env', async () => {
    const cwd = await createFolder({ 'a.json': event(), 'lifeguard.env/file': '' })
    const { code, stderr } = await lifeguard(['replay', 'a.json', ...none, ...handler('environment.js')], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'lifeguard: lifeguard.env: a folder, not a file\n' })
  })

  it('passes no AWS credentials of the environment to a handler with embedded services', async () => {
    const env = await seen('embedded', secrets)
    expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' })
    expect(env.AWS_ENDPOINT_URL_DYNAMODB).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(env.AWS_ENDPOINT_URL_SES).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN')
    expect(env).not.toHaveProperty('AWS_PROFILE')
  })

  it('passes an unreachable AWS endpoint to a handler with --services none', async () => {
    const env = await seen('none', secrets)
    expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })
    expect(env).not.toHaveProperty('AWS_ENDPOINT_URL_DYNAMODB')
  })

  it('passes the AWS variables of the environment to a handler with --services aws', async () => {
    const env = await seen('aws', { ...secrets, LOG_LEVEL: 'debug' })
    expect(env).toMatchObject({ ...secrets, LOG_LEVEL: 'debug' })
    expect(Object.keys(env).filter((name) => name.startsWith('AWS_ENDPOINT'))).toEqual([])
  })
})

describe('lifeguard replay as text', () => {
  it('prints the decision, the rule, what the caller sees, and unexpected results', async () => {
    const cwd = await createFolder({
      'pre-signup/approved.json': event(),
      'pre-signup/approved.expect.json': { outcome: 'denied' },
      'pre-auth/refused.json': event('PreAuthentication_Authentication'),
      'pre-auth/refused.expect.json': { outcome: 'denied' },
      'other/message.json': event('CustomMessage_SignUp'),
      'other/broken.json': '{',
    })
    const { code, stdout } = await lifeguard(['replay', '.', ...none, ...handler('approve.js'), ...handler('throw.js', 'preAuth')], { cwd })
    expect(stdout.replace(/[\d.]+ s$/m, '0 s')).toBe(`PreSignUp  pre-signup
  ✗ approved                            proceed  → signed up and confirmed
      expected outcome denied, got proceed

PreAuthentication  pre-auth
  ✓ refused                             denied   the function returned an error
      → PreAuthentication failed with error no seats left.

other
  ✗ broken                                      not run
      not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)
  - message (CustomMessage)                     not run  no --handler for this trigger

4 events: 1 proceed, 1 denied, 2 not run
1 as expected, 1 unexpected, 1 unreadable, 1 without an expectation; 0 s
`)
    expect(code).toBe(2)
  })

  it('prints no colours or control characters if the output is not a terminal', async () => {
    const cwd = await createFolder({ 'a\u001b[31m.json': event() })
    const { stdout } = await lifeguard(['replay', '.', ...none, ...handler('approve.js')], { cwd })
    expect(stdout).not.toContain('\u001b')
  })

  it('suggests --handler if the folder has no handlers', async () => {
    const cwd = await createFolder({ 'events/a.json': event() })
    const { code, stderr } = await lifeguard(['replay'], { cwd })
    expect(stderr).toBe(
      'lifeguard: No configuration in this folder, such as serverless.yml or template.yaml, so no handler is known. Name a handler with --handler preSignUp=FILE\n',
    )
    expect(code).toBe(2)
  })
})

describe('lifeguard replay of a hanging function', () => {
  it('waits three times for five seconds, and reports a timeout', async () => {
    const { code, stdout } = await hanging
    const [result] = parseNdjson(stdout)
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'no answer within 5 seconds in 3 attempts',
      error: { name: 'Timeout', message: 'PreSignUp: no answer within 5 seconds in 3 attempts; AWS does not document the error' },
      attempts: 3,
    })
    expect(Number(result?.durationMs)).toBeGreaterThanOrEqual(15_000 - 50)
    expect(code).toBe(1)
  })
})
