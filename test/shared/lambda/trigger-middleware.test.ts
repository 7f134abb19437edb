import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MiddlewareSettings } from '../../../src/shared/lambda/define-trigger.ts'
import { skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { emfProblems } from '../../support/emf.ts'
import {
  captureResult,
  collector,
  confirm,
  crash,
  flushPromises,
  hang,
  MASKED,
  manualClock,
  type Pre,
  type PreEvent,
  pre,
  preEvent,
  refuse,
  unchecked,
} from '../../support/harness.ts'

const middleware = (rules: readonly Rule<Pre>[], settings: MiddlewareSettings<Pre> = {}) => pre.middleware(settings, ...rules)

/** The base handler of an existing middy handler. It returns the event. */
const base = (event: PreEvent): PreEvent => event
const context = unchecked<Context>({ awsRequestId: 'request-1' })

describe('the middleware that a trigger factory creates', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('merges the answers of the rules into the event of the base handler', async () => {
    const out = collector()
    const handler = middy(base).use(middleware([confirm], { write: out.write }))
    expect(await handler(preEvent(), context)).toStrictEqual({ ...preEvent(), response: { autoConfirmUser: true, autoVerifyEmail: null } })
    expect(out.lines()).toMatchObject([{ decision: 'proceed', requestId: 'request-1', trigger: 'PreSignUp' }])
    expect(out.lines().flatMap(emfProblems)).toEqual([])
  })

  it('does not freeze the event, but prevents rules from changing it', async () => {
    const meddle = defineRule<Pre>('meddle', ({ event }) => {
      Reflect.set(event, 'userName', 'changed')
      Reflect.set(event.response, 'autoConfirmUser', true)
      return skip()
    })
    const editing = (event: PreEvent): PreEvent => Object.assign(event, { added: Object.assign(event.request, { more: 1 }) })
    const given = preEvent()
    const answer = await middy(editing).use(middleware([meddle], { write: collector().write }))(given, context)

    expect(answer).toMatchObject({ userName: 'mary', request: { more: 1 }, response: { autoConfirmUser: false } })
    expect(Object.isFrozen(given)).toBe(false)
    expect(Object.assign(given.response, { autoConfirmUser: true })).toMatchObject({ autoConfirmUser: true })
  })

  it('throws on a denial, and the base handler does not run', async () => {
    const out = collector()
    const spy = vi.fn(base)
    const { error } = await captureResult(middy(spy).use(middleware([confirm, refuse], { write: out.write }))(preEvent(), context))
    expect(error).toMatchObject({ name: 'TriggerDeniedError', message: 'You need an invitation' })
    expect(spy).not.toHaveBeenCalled()
    expect(out.lines()).toMatchObject([{ decision: 'denied', decidedBy: 'refuse', reason: 'not-invited' }])
  })

  it('throws the fixed message on a failure, and logs the name of the error without its message', async () => {
    const out = collector()
    const { error } = await captureResult(middy(base).use(middleware([crash], { write: out.write }))(preEvent(), context))
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(out.lines()[0]).toMatchObject({ decision: 'failed', decidedBy: 'crash', reason: 'RangeError', error: { name: 'RangeError' } })
    expect(out.raw()).not.toContain('secret')
  })

  it.each([7, null, preEvent({ request: 'x' })])(
    'throws the fixed message for an invalid event, and logs the failure: %j',
    async (input) => {
      const out = collector()
      const { error } = await captureResult(middy(base).use(middleware([confirm], { write: out.write }))(unchecked(input), context))
      expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
      expect(out.lines()[0]).toMatchObject({ decision: 'failed', decidedBy: 'handler', reason: 'invalid-event' })
    },
  )

  it('ends a hanging rule at the deadline, and leaves no timer', async () => {
    const clock = manualClock()
    const out = collector()
    const running = captureResult(middy(base).use(middleware([hang], { write: out.write, clock }))(preEvent(), context))
    await flushPromises()
    clock.advance(4000)
    expect((await running).error?.name).toBe('TriggerFailedError')
    expect(out.lines()[0]).toMatchObject({ decidedBy: 'hang', reason: 'deadline-exceeded', durationMs: 4000 })
    expect(clock.pending()).toBe(0)
  })

  it('passes rules the event that earlier middleware changed', async () => {
    const out = collector()
    const handler = middy(base)
      .use({
        before: (request) => {
          request.event = { ...request.event, triggerSource: 'changed' }
        },
      })
      .use(middleware([confirm], { write: out.write }))
    await handler(preEvent(), context)
    expect(out.lines()[0]).toMatchObject({ triggerSource: 'changed' })
  })

  it('writes the log line to standard output by default', async () => {
    const written: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0)
    const { error } = await captureResult(middy(base).use(pre.middleware(refuse))(preEvent(), context))
    vi.restoreAllMocks()
    expect(error?.name).toBe('TriggerDeniedError')
    expect(written.map((line) => JSON.parse(line))).toMatchObject([{ decision: 'denied', trigger: 'PreSignUp' }])
    expect(() => pre.middleware()).toThrow('PreSignUp.middleware() needs at least one rule')
  })
})

describe('a middy handler with the middleware of a trigger factory', () => {
  it('turns a denial into success if an onError hook returns a value, unlike a handler that the factory creates', async () => {
    const forgiving = { onError: () => preEvent() }
    const quiet = { write: () => undefined }
    expect(
      await middy(base)
        .use(middleware([refuse], quiet))
        .use(forgiving)(preEvent(), context),
    ).toStrictEqual(preEvent())
    expect((await captureResult(pre({ ...quiet, middleware: [forgiving] }, refuse)(preEvent()))).error?.name).toBe('TriggerDeniedError')
  })

  it('skips the rules if an earlier before hook returns a value', async () => {
    const out = collector()
    const handler = middy(base)
      .use({ before: () => preEvent() })
      .use(middleware([refuse], { write: out.write }))
    expect(await handler(preEvent(), context)).toStrictEqual(preEvent())
    expect(out.lines()).toEqual([])
  })
})
