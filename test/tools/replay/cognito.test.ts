import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deliver } from '../../../src/tools/replay/cognito.ts'
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
      outcome: 'denied',
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
