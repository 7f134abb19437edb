import middy from '@middy/core'
import { describe, expect, it, vi } from 'vitest'
import { defineRule, denyIf, done, failClosed, skip } from '../../src/index.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import { type PreSignUpEvent, preSignUp } from '../../src/pre-signup/index.ts'
import { allowEmailDomains, blockUsers } from '../../src/rules/index.ts'
import { confirmed, customEmail, type LambdaHandler, memoryBlockList, run, signIn, signUp } from '../../src/testing/index.ts'

const hang = defineRule<PostConfirmation>('hang', () => new Promise(() => undefined))

describe('run, with a handler of Lifeguard', () => {
  const handler = preSignUp(allowEmailDomains('example.com'))

  it('returns the decision, the response and the trace', async () => {
    expect(await run(handler, signUp())).toMatchObject({
      outcome: 'proceed',
      response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
      ...{ message: null, reason: null, decidedBy: 'allow-email-domains', error: undefined },
      trace: [{ rule: 'allow-email-domains', path: '0', outcome: 'allow' }],
    })
    expect(await run(handler, signUp({ email: 'eve@evil.example' }))).toMatchObject({
      ...{ outcome: 'denied', response: null, reason: 'domain-not-allowed', decidedBy: 'allow-email-domains', error: undefined },
      message: 'This email address cannot be used to sign up',
    })
  })

  it('returns the error behind a failure, and the message that the user reads', async () => {
    const blocks = memoryBlockList()
    const error = new RangeError('the table is missing')
    blocks.failWith(error)

    expect(await run(preAuthentication(blockUsers(blocks)), signIn())).toMatchObject({
      ...{ outcome: 'failed', response: null, reason: 'RangeError', decidedBy: 'block-users' },
      message: 'Something went wrong, please try again later',
    })
    expect((await run(preAuthentication(blockUsers(blocks)), signIn())).error).toBe(error)
  })

  it('returns the log and the metrics, and writes nothing', async () => {
    const write = vi.spyOn(process.stdout, 'write')
    const { logs } = await run(handler, signUp())

    expect(write).not.toHaveBeenCalled()
    write.mockRestore()
    expect(logs).toMatchObject([{ message: 'PreSignUp proceed', decision: 'proceed', Invocations: 1 }])
  })

  it('checks the event', async () => {
    const event = signUp({ attributes: { email: 'mary@example.com' } })

    expect(await run(handler, { ...event, userName: JSON.parse('7') })).toMatchObject({ outcome: 'failed', reason: 'invalid-event' })
  })

  it('runs the middleware of the handler', async () => {
    const seen: string[] = []
    const middleware = [{ before: ({ event }: { readonly event: PreSignUpEvent }) => void seen.push(event.userName) }]

    expect(await run(preSignUp({ middleware }, allowEmailDomains('example.com')), signUp())).toMatchObject({ outcome: 'proceed' })
    expect(seen).toEqual(['mary'])
  })

  it('does not change the event of the test', async () => {
    const event = signUp()
    const confirming = preSignUp(preSignUp.rule('confirm', () => ({ kind: 'answer', answer: { autoConfirmUser: true } })))

    expect(await run(confirming, event)).toMatchObject({ response: { autoConfirmUser: true } })
    expect(event).toEqual(signUp())
  })

  it('ends a rule that hangs before the timeout of the function', async () => {
    expect(await run(postConfirmation(hang), confirmed(), { timeoutMs: 150 })).toMatchObject({
      outcome: 'proceed',
      trace: [{ rule: 'hang', outcome: 'error', reason: 'deadline-exceeded' }],
    })
    expect(await run(postConfirmation(failClosed(hang)), confirmed(), { timeoutMs: 150 })).toMatchObject({ outcome: 'failed' })
  })

  it('keeps the results of concurrent invocations apart', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map((name) => run(handler, signUp({ email: `${name}@${name}.example` }))))

    expect(results.map(({ logs }) => logs.length)).toEqual([1, 1, 1])
  })

  it('throws if the event is for another trigger', async () => {
    // @ts-expect-error the event has no attributes for certain
    await expect(run(handler, signIn())).rejects.toThrow(
      "run(): the handler is for PreSignUp, but the event 'PreAuthentication_Authentication' is for PreAuthentication",
    )
  })

  it('accepts an unknown trigger source', async () => {
    const event: PreSignUpEvent = { ...signUp(), triggerSource: 'PreSignUp_Passkey' }

    expect(await run(handler, event)).toMatchObject({ outcome: 'denied', decidedBy: 'allow-email-domains' })
  })
})

describe('run, with the middleware form', () => {
  const handler = middy(async (event: PreSignUpEvent) => event).use(
    preSignUp.middleware(
      allowEmailDomains('example.com'),
      denyIf(({ user }) => user.email === undefined, 'no-email', 'Give an address'),
    ),
  )

  it('returns the decision and the trace, and writes nothing', async () => {
    const write = vi.spyOn(process.stdout, 'write')
    const denied = await run(handler, signUp({ email: 'eve@evil.example' }))
    const proceeded = await run(handler, signUp())

    expect(write).not.toHaveBeenCalled()
    write.mockRestore()
    expect(denied).toMatchObject({ outcome: 'denied', reason: 'domain-not-allowed', trace: [{ rule: 'allow-email-domains' }] })
    expect(proceeded).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'allow' }, { outcome: 'skip' }] })
  })

  it('returns the error of the handler around the rules', async () => {
    const failing = middy(async (_: PreSignUpEvent) => {
      throw new RangeError('no')
    }).use(preSignUp.middleware(allowEmailDomains('example.com')))

    expect(await run(failing, signUp())).toMatchObject({ outcome: 'failed', reason: 'RangeError', error: new RangeError('no') })
  })
})

describe('run, with another handler', () => {
  const answering =
    (answer: unknown): LambdaHandler<PreSignUpEvent> =>
    async () =>
      answer
  const throwing =
    (error: unknown): LambdaHandler<PreSignUpEvent> =>
    async () => {
      throw error
    }

  it('a returned event proceeds', async () => {
    const handler = async (event: PreSignUpEvent) => ({ ...event, response: { autoConfirmUser: true } })

    expect(await run(handler, signUp())).toMatchObject({ outcome: 'proceed', response: { autoConfirmUser: true }, trace: [], logs: [] })
  })

  it('an error without a code denies', async () => {
    expect(await run(throwing(new Error('Not invited')), signUp())).toMatchObject({ outcome: 'denied', message: 'Not invited' })
  })

  it.each([
    new TypeError('x is undefined'),
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    new Error('lookup', { cause: { $metadata: {} } }),
    Object.assign(new Error('1 == 2'), { name: 'AssertionError' }),
    'a string',
  ])('a mistake or an error of a service fails: %s', async (error) => {
    expect(await run(throwing(error), signUp())).toMatchObject({ outcome: 'failed', error })
  })

  it.each([
    [undefined, 'null'],
    ['yes', 'a string'],
    [{ response: {} }, "an object without the event's fields"],
  ])('Cognito rejects the answer %j', async (answer, got) => {
    const message = `The handler returned ${got}; expected the event, because Cognito rejects any other answer`

    expect(await run(answering(answer), signUp())).toMatchObject({ outcome: 'failed', message })
  })

  it('a trigger that Cognito does not wait for proceeds with any answer', async () => {
    expect(await run(async () => undefined, customEmail())).toMatchObject({ outcome: 'proceed', response: null })
  })

  it('a handler may use a callback', async () => {
    const calling: LambdaHandler<PreSignUpEvent> = (event, _, callback) => callback(null, event)
    const failing: LambdaHandler<PreSignUpEvent> = (_event, _, callback) => callback(new Error('Not invited'))

    expect(await run(calling, signUp())).toMatchObject({ outcome: 'proceed' })
    expect(await run(failing, signUp())).toMatchObject({ outcome: 'denied', message: 'Not invited' })
  })

  it('a handler may answer by the context, as older ones do', async () => {
    expect(await run((event: PreSignUpEvent, context) => context.succeed(event), signUp())).toMatchObject({ outcome: 'proceed' })
    expect(await run((_: PreSignUpEvent, context) => context.done(new Error('Not invited')), signUp())).toMatchObject({ outcome: 'denied' })
    expect(await run((_: PreSignUpEvent, context) => context.fail('no'), signUp())).toMatchObject({ outcome: 'failed', error: 'no' })
  })

  it('a handler that does not answer in time fails', async () => {
    const hanging = () => new Promise(() => undefined)

    expect(await run(hanging, signUp(), { timeoutMs: 20 })).toMatchObject({
      ...{ outcome: 'failed', reason: 'handler-timed-out' },
      message: 'The handler did not answer within 20 ms',
    })
  })

  it('gets the context of Lambda', async () => {
    const seen: unknown[] = []
    await run(async (event: PreSignUpEvent, context) => {
      seen.push(context.functionName, context.getRemainingTimeInMillis() > 4000)
      return event
    }, signUp())

    expect(seen).toEqual(['lifeguard-test', true])
  })
})

it('a rule that skips or works for several triggers can be tested in each', async () => {
  const both = defineRule('look', () => skip('nothing'))
  const works = postConfirmation.rule('work', () => done())

  expect(await run(preSignUp(both), signUp())).toMatchObject({ trace: [{ reason: 'nothing' }] })
  expect(await run(postConfirmation(both, works), confirmed())).toMatchObject({ trace: [{ reason: 'nothing' }, { outcome: 'done' }] })
})
