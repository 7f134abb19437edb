import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TRIGGER_NAMES, type TriggerName } from '../../../src/shared/cognito/triggers.ts'
import { deliver } from '../../../src/tools/replay/cognito.ts'
import type { Invocation } from '../../../src/tools/replay/invocation.ts'
import { createLambdaFunction, type LambdaFunction } from '../../../src/tools/replay/lambda.ts'
import { createFolder, event } from '../../support/cli/lifeguard.ts'

/** Loads a fixture into a child process. */
function lambda(fixture: string, environment: Record<string, string> = {}): LambdaFunction {
  const started = createLambdaFunction({
    folder: process.cwd(),
    file: resolve('test/tools/replay/fixtures', fixture),
    exported: 'handler',
    environment,
    onOutput: () => undefined,
    onNote: () => undefined,
  })
  onTestFinished(() => started.stop())
  return started
}

describe('deliver', () => {
  it('makes three attempts when a handler blocks the event loop and never answers', async () => {
    expect(await deliver(lambda('busy.js'), 'PreSignUp', event(), 150)).toMatchObject({
      outcome: 'failed',
      attempts: 3,
      error: { name: 'Timeout', message: 'PreSignUp: no answer within 0.15 seconds in 3 attempts; AWS does not document the error' },
    })
  })

  it('uses the answer of the second attempt after a timeout', async () => {
    const TRIES_FILE = join(await createFolder({}), 'tries')
    expect(await deliver(lambda('hang-once.js', { TRIES_FILE }), 'PreSignUp', event(), 1500)).toMatchObject({
      outcome: 'proceed',
      attempts: 2,
    })
    expect(await readFile(TRIES_FILE, 'utf8')).toBe('tried\ntried\n')
  })

  it('does not retry after the function throws an error', async () => {
    expect(await deliver(lambda('throw.js'), 'PostConfirmation', event('PostConfirmation_ConfirmSignUp'), 5000)).toMatchObject({
      outcome: 'failed',
      attempts: 1,
      error: { name: 'UserLambdaValidationException', message: 'PostConfirmation failed with error no seats left.' },
    })
  })

  it('invokes a custom sender once, because Cognito does not wait for its answer', async () => {
    expect(await deliver(lambda('busy.js'), 'CustomSMSSender', event('CustomSMSSender_SignUp'), 150)).toMatchObject({
      attempts: 1,
      problem: 'no answer within 0.15 seconds in 1 attempt',
    })
  })

  it('keeps the process of the handler running between events', async () => {
    const folder = await createFolder({ 'count.mjs': 'let n = 0\nexport const handler = async () => { throw new Error(String(++n)) }\n' })
    const counting = lambda(join(folder, 'count.mjs'))
    await deliver(counting, 'PreSignUp', event(), 5000)
    expect((await deliver(counting, 'PreSignUp', event(), 5000)).error?.message).toBe('PreSignUp failed with error 2.')
  })

  it("reports the Lambda runtime's error for an answer that JSON cannot represent", async () => {
    const { error } = await deliver(lambda('answer.js'), 'PreSignUp', event('PreSignUp_SignUp', { answer: 'circular' }), 5000)
    expect(error?.message).toContain('PreSignUp failed with error Unable to stringify response body.')
  })

  it('rejects a response field of the wrong type', async () => {
    const given = event('PreSignUp_SignUp', { response: '{"autoConfirmUser":"yes"}' })
    expect(await deliver(lambda('answer.js'), 'PreSignUp', given, 5000)).toMatchObject({
      outcome: 'failed',
      response: null,
      problem: "'response.autoConfirmUser' is string; expected boolean",
      error: { name: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' },
    })
  })
})

describe('the outcome of an error', () => {
  const stub = (invocation: Partial<Extract<Invocation, { kind: 'threw' }>>): LambdaFunction => ({
    invoke: async () => ({
      kind: 'threw',
      error: { name: 'Error', message: 'no' },
      cause: 'Error: no (a.js:1)',
      refusal: true,
      decision: null,
      durationMs: 1,
      ...invocation,
    }),
    rule: async () => undefined,
    loadError: async () => undefined,
    end: async () => undefined,
    stop: async () => undefined,
  })
  const decision = { decidedBy: 'rule', reason: 'why', detail: null, trace: [] }
  const refusing = [
    'UserMigration',
    'InboundFederation',
    'PreSignUp',
    'CustomMessage',
    'PreAuthentication',
    'DefineAuthChallenge',
    'PreTokenGeneration',
  ]

  it.each(TRIGGER_NAMES)("an error of the handler's own refuses the user only in a trigger that may refuse: %s", async (trigger) => {
    const { outcome, problem } = await deliver(stub({}), trigger, event())

    expect([outcome, problem]).toEqual(refusing.includes(trigger) ? ['denied', null] : ['failed', 'Error: no (a.js:1)'])
  })

  it.each<readonly [string, TriggerName, Partial<Extract<Invocation, { kind: 'threw' }>>, object]>([
    ['a crash fails', 'PreSignUp', { refusal: false }, { outcome: 'failed', problem: 'Error: no (a.js:1)' }],
    ['a denial of a rule denies', 'PreSignUp', { decision: { ...decision, decision: 'denied' } }, { outcome: 'denied', problem: null }],
    ['a failure of a rule fails', 'PreSignUp', { decision: { ...decision, decision: 'failed' } }, { outcome: 'failed', problem: null }],
    [
      'a crash after the rules passed fails',
      'PreSignUp',
      { refusal: false, decision: { ...decision, decision: 'proceed' } },
      { outcome: 'failed', problem: 'Error: no (a.js:1)' },
    ],
    [
      'a crash names a function that the runtime does not have',
      'PreSignUp',
      { refusal: false, unsupported: 'answers through context.done(). Lambda removed context.done() in nodejs24.x' },
      { problem: 'Error: no (a.js:1). The handler answers through context.done(). Lambda removed context.done() in nodejs24.x' },
    ],
  ])('%s', async (_, trigger, invocation, expected) => {
    expect(await deliver(stub(invocation), trigger, event())).toMatchObject(expected)
  })
})
