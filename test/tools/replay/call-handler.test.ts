import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { callHandler } from '../../../src/tools/replay/call-handler.ts'
import { type CallbackSupport, findCallbackSupport } from '../../../src/tools/replay/runtime.ts'

interface Context {
  readonly done: (error: unknown, result?: unknown) => void
  readonly succeed: (result: unknown) => void
  readonly fail: (error: unknown) => void
  callbackWaitsForEmptyEventLoop: boolean
}
type Handler = (event: unknown, context: Context, callback: (error: unknown, result?: unknown) => void) => unknown

const given = { triggerSource: 'PreSignUp_SignUp' }
const refusal = new Error('Not you')

/** Calls a handler and returns its answer or its error, and how it answered. */
async function call(handler: Handler, callbacks: CallbackSupport = 'supported'): Promise<readonly [unknown, string | undefined]> {
  const { answer, form } = callHandler(handler as never, given, { requestId: 'id', limitMs: 5000, callbacks })
  return [await answer.catch((error: unknown) => error), form()]
}

describe('callHandler, up to nodejs22.x', () => {
  it.each<readonly [string, Handler, unknown, string | undefined]>([
    ['a promise', async (event) => event, given, undefined],
    ['context.done', (event, { done }) => done(null, event), given, 'context.done'],
    ['context.done after an await', async (event, { done }) => [await sleep(1), done(null, event), await sleep(9)], given, 'context.done'],
    ['context.done with an error', (_, { done }) => done(refusal), refusal, 'context.done'],
    ['context.succeed in a timer', (event, { succeed }) => void setTimeout(succeed, 1, event), given, 'context.succeed'],
    ['context.succeed in a timer, which it returns', (event, { succeed }) => setTimeout(succeed, 1, event), given, 'context.succeed'],
    ['context.fail', (_, { fail }) => fail(refusal), refusal, 'context.fail'],
    ['context.fail without an error', (_, { fail }) => fail(undefined), 'handled', 'context.fail'],
    ['an error through a callback', (_, __, callback) => callback(refusal), refusal, 'callback'],
    ['false as the error of a callback', (_, __, callback) => callback(false, 1), false, 'callback'],
    [
      'a callback that waits for nothing',
      (event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false
        callback(null, event)
      },
      given,
      'callback',
    ],
    ['a callback, and a promise later', async (_, __, callback) => [callback(refusal), await null], refusal, 'callback'],
    [
      'context.done, and an error later',
      async (event, { done }) => [done(null, event), await Promise.reject(refusal)],
      given,
      'context.done',
    ],
    ['context.done twice', (event, { done }) => [done(null, event), done(refusal)], given, 'context.done'],
    ['a promise, and context.done later', async (_, { done }) => void setTimeout(done, 1, refusal), undefined, undefined],
    [
      'an error that it throws at once',
      () => {
        throw refusal
      },
      refusal,
      undefined,
    ],
  ])('takes the first answer of a handler that answers with %s', async (_, handler, answer, form) => {
    const results = await Promise.all([call(handler), call(handler, 'assumed')])

    expect(results).toEqual([
      [answer, form],
      [answer, form],
    ])
  })

  it('takes an event that an unknown runtime may ignore, because it is returned without a promise', async () => {
    expect(await call((event) => event, 'assumed')).toEqual([given, 'return'])
  })
})

describe('callHandler, from nodejs24.x on', () => {
  it.each<readonly [string, Handler]>([
    ['context.done', (event, { done }) => done(null, event)],
    ['context.succeed', async (event, context) => context.succeed(event)],
    ['context.fail', (_, context) => context.fail(refusal)],
  ])('has no %s, and reports that the handler uses it', async (name, handler) => {
    const [error, form] = await call(handler, 'removed')

    expect(error).toBeInstanceOf(TypeError)
    expect(form).toBe(name)
  })

  it('takes an answer without a promise', async () => {
    expect(await call((event) => event, 'removed')).toEqual([given, undefined])
  })

  it('passes no callback', async () => {
    expect((await call((_, __, callback) => callback(null), 'removed'))[0]).toBeInstanceOf(TypeError)
  })
})

describe('findCallbackSupport', () => {
  it.each([
    ['nodejs18.x', 'supported'],
    ['nodejs22.x', 'supported'],
    ['nodejs24.x', 'removed'],
    ['nodejs26.x', 'removed'],
    ['python3.13', 'assumed'],
    [undefined, 'assumed'],
  ])('returns the support of %s', (runtime, support) => {
    expect(findCallbackSupport(runtime)).toBe(support)
  })
})
