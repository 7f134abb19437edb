import { describe, expect, it } from 'vitest'
import { checkAnswer } from '../../src/tools/replay/check-answer.ts'
import { deployed, down, parseLogLines, sample, silent } from '../support/fidelity/deployed.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'
import { oldestNode } from '../support/oldest-node.ts'
import { loadContracts, ordinarySample } from '../support/triggers.ts'

/** The error of a failed decision. It contains only the fixed message, because Cognito returns the message to the app. */
const masked = {
  errorType: 'TriggerFailedError',
  errorMessage: 'Something went wrong, please try again later',
  trace: ['TriggerFailedError: Something went wrong, please try again later'],
}
const denied = (errorMessage: string): object => ({
  kind: 'error',
  error: { errorType: 'TriggerDeniedError', errorMessage, trace: [`TriggerDeniedError: ${errorMessage}`] },
})

// HURRY_MS is the remaining time that Lambda reports, so the handler must respond within it. PATIENCE_MS is how long the test waits.
const HURRY_MS = 500
const PATIENCE_MS = 20_000

const triggers = await loadContracts()

underRuntimeClient('the built bundles', (client) => {
  const { start, embedded } = deployed(client)

  describe.each([
    ['nodejs24.x', process.execPath],
    ['nodejs22.x', oldestNode],
  ])('on %s', (runtime, node) => {
    it.each(triggers)('$name answers with the whole event and a response that Cognito accepts', async ({ folder, exported, trigger }) => {
      const { event, answer } = ordinarySample({ folder, trigger })
      const sandbox = await start(folder, { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` }, { node, exported })
      expect(await sandbox.invoke(event)).toEqual({ kind: 'response', json: JSON.stringify(answer) })
      expect(checkAnswer(trigger, event, JSON.stringify(answer))).toEqual({ response: answer.response })
    })
  })

  it('post-confirmation writes a profile and sends an email', async () => {
    const event = await sample('post-confirmation/confirm-upper-case-domain')
    await (await start('post-confirmation')).invoke(event)
    const { tables, names, mails } = await embedded().sideEffects()
    expect(tables.get(names.profiles)).toContainEqual(expect.objectContaining({ userName: event.userName }))
    expect(mails).not.toEqual([])
  })

  it.each([
    ['pre-signup', 'sign-up-other-domain', 'sign-up-mary', 'This email address cannot be used to sign up'],
    ['pre-auth', 'blocked-by-email', 'sign-in-mary', 'Sign-in is not possible at the moment'],
  ])('%s denies with only the public message, and the process handles the next event', async (folder, blocked, next, message) => {
    const sandbox = await start(folder)
    expect(await sandbox.invoke(await sample(`${folder}/${blocked}`))).toEqual(denied(message))
    expect(await sandbox.invoke(await sample(`${folder}/${next}`))).toMatchObject({ kind: 'response' })
    expect(await sandbox.invoke(await sample(`${folder}/${blocked}`))).toEqual(denied(message))
  })

  it.each(triggers)(
    '$name answers an invalid event with the masked error, and handles the next event',
    async ({ folder, exported, trigger }) => {
      const { event } = ordinarySample({ folder, trigger })
      const sandbox = await start(folder, {}, { exported })
      for (const wrong of [null, 'text', { ...event, request: { userAttributes: 'mary@example.com' } }]) {
        expect(await sandbox.invoke(wrong)).toEqual({ kind: 'error', error: masked })
      }
      expect(await sandbox.invoke(event)).toMatchObject({ kind: 'response' })
      // The handler describes the problems with code that it loads on demand, so this also checks that the chunk loads.
      const errors = parseLogLines(await sandbox.stop()).flatMap(({ error }) => (error === undefined ? [] : [error]))
      expect(errors).toHaveLength(3)
      for (const error of errors)
        expect(error).toMatchObject({ name: 'InvalidEventError', code: 'invalid-event', problems: [expect.any(String)] })
      expect(JSON.stringify(errors[2])).toContain('request.userAttributes')
    },
  )

  it.each(triggers)('$name answers an event of one megabyte with the whole event', async ({ folder, exported, trigger }) => {
    const { event, answer } = ordinarySample({ folder, trigger })
    const request = { ...Object(event.request), clientMetadata: { note: 'é€𝄞"\\\u2028'.repeat(75_000) } }
    const large = { ...event, request }
    expect(Buffer.byteLength(JSON.stringify(large))).toBeGreaterThan(2 ** 20)
    const sandbox = await start(folder, {}, { exported })
    expect(await sandbox.invoke(large)).toEqual({ kind: 'response', json: JSON.stringify({ ...large, response: answer.response }) })
    expect(await sandbox.invoke(event)).toMatchObject({ kind: 'response' })
  })

  it('pre-auth fails all sign-ins while DynamoDB is unreachable or does not respond', async () => {
    const event = await sample('pre-auth/sign-in-mary')
    for (const environment of [down, await silent()]) {
      const sandbox = await start('pre-auth', environment)
      for (let time = 0; time < 2; time++)
        expect(await sandbox.invoke(event, PATIENCE_MS, HURRY_MS)).toEqual({ kind: 'error', error: masked })
    }
  })

  it.each(triggers.filter(({ proceedsWhenDown }) => proceedsWhenDown))(
    '$name lets users proceed while the AWS services are unreachable or do not respond',
    async ({ folder, exported, trigger }) => {
      const { event, answer } = ordinarySample({ folder, trigger })
      for (const environment of [down, await silent()]) {
        const sandbox = await start(folder, environment, { exported })
        for (let time = 0; time < 2; time++)
          expect(await sandbox.invoke(event, PATIENCE_MS, HURRY_MS)).toEqual({ kind: 'response', json: JSON.stringify(answer) })
      }
    },
  )

  it('pre-auth answers in a new process after the old one is killed during an invocation', async () => {
    const event = await sample('pre-auth/sign-in-mary')
    const sandbox = await start('pre-auth', await silent())
    await sandbox.initialised
    const running = sandbox.invoke(event)
    sandbox.kill('SIGKILL')
    expect(await running).toEqual({ kind: 'exit', exit: { code: null, signal: 'SIGKILL' } })
    expect(await (await start('pre-auth')).invoke(event)).toMatchObject({ kind: 'response' })
  })

  it.each(triggers)(
    '$name fails to start with an invalid setting, and describes the setting only on standard error',
    async ({ folder, exported, wrongSetting }) => {
      const sandbox = await start(folder, wrongSetting, { exported })
      const complaint = `${Object.keys(wrongSetting).join()} is`
      expect(await sandbox.invoke({})).toEqual({ kind: 'init-error', error: masked, exit: { code: 1, signal: null } })
      const { stdout, stderr } = await sandbox.stop()
      expect(stderr).toContain(complaint)
      expect(stdout).not.toContain(complaint)
      expect(stdout).toContain('Init Error')
    },
  )
})
