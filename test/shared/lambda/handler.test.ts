import { describe, expect, it, vi } from 'vitest'
import { allow, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import {
  captureResult,
  collector,
  confirm,
  crash,
  MASKED,
  noOpinion,
  type Pre,
  post,
  pre,
  preEvent,
  refuse,
  runPre,
  unchecked,
} from '../../support/harness.ts'

describe('the answer of a handler', () => {
  it('returns the original event with the answers of the rules merged into its response', async () => {
    const { answer } = await runPre([noOpinion, confirm])
    expect(answer).toStrictEqual({ ...preEvent(), response: { autoConfirmUser: true, autoVerifyEmail: null } })
  })

  it('does not change the original event', async () => {
    const event = preEvent()
    await runPre([confirm], event)
    expect(event).toStrictEqual(preEvent())
  })

  it.each([
    ['is missing', { response: undefined }],
    ['is null', { response: null }],
    ['is empty', { response: {} }],
  ])("returns an event with a response even if the response of Cognito's event %s", async (_, change) => {
    expect((await runPre([confirm], preEvent(change))).answer).toStrictEqual({ ...preEvent(change), response: { autoConfirmUser: true } })
    expect((await runPre([noOpinion], preEvent(change))).answer).toStrictEqual({ ...preEvent(change), response: {} })
  })

  it.each([[[]], [[{ before: () => undefined }]]])(
    'keeps event fields with the name __proto__, with or without middleware',
    async (middleware) => {
      const text =
        '{"__proto__":{"a":1},"triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"__proto__":"x","email":"a@b.de"}},"response":{"__proto__":null}}'
      const { answer } = await runPre([noOpinion], JSON.parse(text), { middleware })
      expect(JSON.stringify(answer)).toBe(text)
      expect(Object.getPrototypeOf(answer)).toBe(Object.prototype)
    },
  )

  it('throws the message of the denying rule, without its full stop', async () => {
    const { answer, error, lines } = await runPre([confirm, refuse])
    expect(answer).toBeUndefined()
    expect(error).toMatchObject({ name: 'TriggerDeniedError', message: 'You need an invitation' })
    expect(lines[0]).toMatchObject({ decision: 'denied', decidedBy: 'refuse', reason: 'not-invited' })
  })

  it.each(['No', 'No.', 'No. . ', 'No…'])(
    'removes the full stop if a rule returns the message %j without calling deny()',
    async (message) => {
      const byHand = defineRule<Pre>('by-hand', () => ({ kind: 'deny', reason: 'by-hand', message }))
      expect((await runPre([byHand])).error?.message).toBe(message.replace(/[ .]+$/, ''))
    },
  )

  it('throws a fixed message when a rule throws, and reveals nothing about the rule or its error', async () => {
    const { error, lines } = await runPre([crash, confirm])
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(error?.text).toBe(`TriggerFailedError: ${MASKED}{"name":"TriggerFailedError","code":"trigger-failed"}`)
    expect(lines[0]).toMatchObject({ decision: 'failed', decidedBy: 'crash', reason: 'RangeError', error: { name: 'RangeError' } })
  })

  it('throws a denial without stack frames', async () => {
    expect((await runPre([refuse])).error?.text).toBe(
      'TriggerDeniedError: You need an invitation{"name":"TriggerDeniedError","code":"trigger-denied"}',
    )
  })

  it.each(['PreSignUp_SomethingNew', '', 'toString', 'PostConfirmation_ConfirmSignUp'])(
    'runs the rules and returns their decision for the unknown trigger source %j',
    async (triggerSource) => {
      const event = preEvent({ triggerSource })
      expect((await runPre([confirm], event)).answer).toMatchObject({ triggerSource, response: { autoConfirmUser: true } })
      expect((await runPre([refuse], event)).error?.name).toBe('TriggerDeniedError')
    },
  )
})

describe('the event of a handler', () => {
  const readsAll: Rule<Pre> = defineRule<Pre>('reads-all', ({ user, appClient, signal }) =>
    user.email === undefined && user.attributes.x === undefined && appClient === undefined && !signal.aborted ? allow() : skip(),
  )

  it.each([
    ['null', null],
    ['an array', []],
    ['a number', 7],
    ['a string', 'event'],
    ['a boolean', true],
    ['a trigger source that is a number', preEvent({ triggerSource: 1 })],
    ['a user pool that is an object', preEvent({ userPoolId: {} })],
    ['a user name that is a number', preEvent({ userName: 1 })],
    ['a caller context that is a string', preEvent({ callerContext: 'x' })],
    ['an app client that is a number', preEvent({ callerContext: { clientId: 1 } })],
    ['a request that is an array', preEvent({ request: [] })],
    ['attributes that are a string', preEvent({ request: { userAttributes: 'email' } })],
    ['attributes that are an array', preEvent({ request: { userAttributes: [] } })],
    ['validation data that is a number', preEvent({ request: { validationData: 1 } })],
    ['client metadata that is a boolean', preEvent({ request: { clientMetadata: true } })],
    ['a response that is a string', preEvent({ response: 'ok' })],
  ])('rejects an invalid event with the fixed message before any rule runs: %s', async (_, input) => {
    const evaluate = vi.fn(() => skip())
    for (const middleware of [[], [{ before: () => undefined }]]) {
      const { error, lines } = await runPre([defineRule<Pre>('never-runs', evaluate)], input, { middleware })
      expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatchObject({
        decision: 'failed',
        decidedBy: 'handler',
        reason: 'invalid-event',
        error: { name: 'InvalidEventError' },
      })
    }
    expect(evaluate).not.toHaveBeenCalled()
  })

  it('rejects an undefined event', async () => {
    const out = collector()
    const { error } = await captureResult(pre({ write: out.write }, noOpinion)(unchecked(undefined)))
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(out.lines()[0]).toMatchObject({ decision: 'failed', reason: 'invalid-event' })
  })

  it('logs path and expected type of each invalid field, without values', async () => {
    const { lines, raw } = await runPre([noOpinion], preEvent({ userName: 4711, request: { userAttributes: 'mary@example.com' } }))
    expect(lines[0]).toMatchObject({
      error: { problems: ['userName: expected a string', 'request.userAttributes: expected an object'] },
    })
    expect(raw).not.toMatch(/4711|mary/)
    expect((await runPre([noOpinion], 7)).lines[0]).toMatchObject({ error: { problems: ['event: expected an object'] } })
  })

  it.each([
    ['{}', {}],
    ['an event without a trigger source', preEvent({ triggerSource: undefined, request: {}, callerContext: {} })],
    ['an event without a request', preEvent({ request: undefined, callerContext: null })],
    [
      'an event whose fields are null',
      preEvent({ triggerSource: null, userPoolId: null, userName: null, callerContext: null, request: null }),
    ],
    ['attributes that are null', preEvent({ request: { userAttributes: null, clientMetadata: null }, callerContext: { clientId: null } })],
  ])('runs the rules for an incomplete event: %s', async (_, input) => {
    const { answer, lines } = await runPre([readsAll, confirm], input)
    expect(answer).toStrictEqual({ ...input, response: { ...(Object(input).response ?? {}), autoConfirmUser: true } })
    expect(lines[0]).toMatchObject({ decision: 'proceed', decidedBy: 'reads-all' })
  })
})

describe('a handler', () => {
  it('has at most two parameters, because the Lambda runtime for Node 24 rejects a third', () => {
    expect(pre(noOpinion).length).toBeLessThanOrEqual(2)
    expect(post(defineRule('any', () => skip())).length).toBeLessThanOrEqual(2)
  })

  it.each([undefined, null, {}])("accepts %j as Lambda's context", async (context) => {
    const out = collector()
    const handler = pre({ write: out.write }, confirm)
    await expect(handler(preEvent(), unchecked(context))).resolves.toMatchObject({ response: { autoConfirmUser: true } })
    expect(out.lines()[0]).toMatchObject({ requestId: null })
  })

  it('keeps concurrent invocations separate', async () => {
    const waiting = new Map<string, () => void>()
    const turnwise = defineRule<Pre>('turnwise', async ({ user }) => {
      await new Promise<void>((resolve) => waiting.set(user.userName, resolve))
      if (user.userName === 'eve') return { kind: 'deny', reason: 'is-eve', message: 'Not you' }
      return respond({ claims: { for: user.userName } })
    })
    const out = collector()
    const seen: unknown[] = []
    const middleware = [{ after: ({ event }: { event: { userName: string } }) => void seen.push(event.userName) }]
    const handler = pre({ write: out.write, middleware }, turnwise)
    const names = ['mary', 'eve', 'john']
    const results = names.map((userName) => captureResult(handler(preEvent({ userName }), { awsRequestId: `request of ${userName}` })))
    await vi.waitFor(() => expect([...waiting.keys()]).toEqual(names))
    for (const userName of ['john', 'eve', 'mary']) {
      waiting.get(userName)?.()
      await results[names.indexOf(userName)]
    }
    const [mary, eve, john] = await Promise.all(results)
    expect(mary?.answer).toMatchObject({ userName: 'mary', response: { claims: { for: 'mary' } } })
    expect(john?.answer).toMatchObject({ userName: 'john', response: { claims: { for: 'john' } } })
    expect(eve?.error).toMatchObject({ name: 'TriggerDeniedError', message: 'Not you' })
    expect(seen).toEqual(['john', 'mary'])
    expect(out.lines().map(({ requestId, decision }) => [requestId, decision])).toEqual([
      ['request of john', 'proceed'],
      ['request of eve', 'denied'],
      ['request of mary', 'proceed'],
    ])
  })
})
