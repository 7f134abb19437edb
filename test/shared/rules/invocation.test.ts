import { describe, expect, test, vi } from 'vitest'
import { chain, failOpen, when } from '../../../src/shared/rules/combinators.ts'
import { perInvocation } from '../../../src/shared/rules/condition.ts'
import { createContext, narrowContext, readUser } from '../../../src/shared/rules/invocation.ts'
import { allow, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { run, SAMPLES, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

describe('readUser', () => {
  test('readUser reads the attributes that Cognito sends', () => {
    const userAttributes = {
      sub: 'b1946ac9-2492-4d23-9f3c-4b5e1a7f0001',
      email: 'mary@example.com',
      email_verified: 'true',
      phone_number: '+12065550100',
      phone_number_verified: 'false',
      'cognito:user_status': 'CONFIRMED',
    }
    expect(readUser({ userName: 'mary', request: { userAttributes } })).toMatchObject({
      userName: 'mary',
      sub: userAttributes.sub,
      email: 'mary@example.com',
      emailVerified: true,
      phoneNumber: '+12065550100',
      phoneNumberVerified: false,
      status: 'CONFIRMED',
    })
  })

  test('readUser converts booleans, which AWS sample events contain, to strings', () => {
    expect(readUser({ request: { userAttributes: { email_verified: true, phone_number_verified: false } } })).toMatchObject({
      emailVerified: true,
      phoneNumberVerified: false,
      attributes: { email_verified: 'true', phone_number_verified: 'false' },
    })
  })

  test.each([
    {},
    { request: null },
    { request: {} },
    { request: { userAttributes: null } },
    { userName: null, request: { userAttributes: 'x' } },
  ])('readUser returns a user without attributes for an incomplete event: %j', (event) => {
    expect(readUser(event)).toMatchObject({ userName: '', sub: undefined, email: undefined, emailVerified: false, attributes: {} })
  })

  test('readUser treats an empty attribute as missing', () => {
    expect(readUser({ request: { userAttributes: { sub: '', email: '' } } })).toMatchObject({ sub: undefined, email: undefined })
  })

  test('readUser ignores attributes that are neither strings nor booleans', () => {
    expect(readUser({ request: { userAttributes: { a: 1, b: null, c: {}, d: 'x' } } }).attributes).toEqual({ d: 'x' })
  })

  test('readUser does not read attributes from a prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"email": "eve@example.com"}, "constructor": "x"}')
    const { attributes, email } = readUser({ request: { userAttributes: hostile } })
    expect(email).toBeUndefined()
    expect(attributes.toString).toBeUndefined()
    expect(Object.keys(attributes)).toEqual(['constructor'])
  })
})

describe('createContext and narrowContext', () => {
  const signal = new AbortController().signal

  test('createContext returns a context with the event, the user, the app client and the signal', () => {
    const ctx = createContext(sampleEvent, { signal: () => signal }, SAMPLES.refusing)
    expect(ctx.user).toBe(ctx.user)
    expect(ctx).toMatchObject({ event: sampleEvent, appClient: 'client1', signal })
  })

  test('narrowContext returns a context that has the given signal, and refers to the context of the invocation', () => {
    const whole = createContext(sampleEvent, { signal: () => signal }, SAMPLES.refusing)
    const other = new AbortController().signal
    const part = narrowContext(narrowContext(whole, { signal: () => signal }), { signal: () => other })
    expect(part.signal).toBe(other)
    expect(part.invocation).toBe(whole)
    expect(part.user).toBe(whole.user)
    expect(part.appClient).toBe('client1')
  })

  test('a context creates its signal when first read, and copies of the context share the signal', () => {
    let made = 0
    const time = {
      signal: () => {
        made++
        return signal
      },
    }
    const whole = createContext(sampleEvent, time, SAMPLES.refusing)
    const part = narrowContext(whole, time)
    expect(made).toBe(0)
    expect({ ...whole }).toMatchObject({ event: sampleEvent, signal })
    expect({ ...part }.signal).toBe(signal)
  })

  test('createContext accepts an event that is null', () => {
    expect(createContext(JSON.parse('null'), { signal: () => signal }, SAMPLES.refusing)).toMatchObject({
      event: null,
      user: { userName: '' },
    })
  })
})

test('perInvocation runs a lookup once per invocation for all rules and conditions, even if their time limits differ', async () => {
  const lookUp = vi.fn(async () => 'invite')
  const invite = perInvocation<SampleRefusing, string>(lookUp)
  const rule = defineRule<SampleRefusing>('look', async (ctx) => ((await invite(ctx)) === 'invite' ? allow() : skip()))
  const composed = chain(
    failOpen(rule),
    when(async (ctx) => (await invite(ctx)) === 'invite', rule),
    rule,
  )
  expect((await run('refusing', composed)).kind).toBe('proceed')
  expect(lookUp).toHaveBeenCalledTimes(1)
  await run('refusing', composed)
  expect(lookUp).toHaveBeenCalledTimes(2)
})

test('perInvocation passes the error of a lookup to every rule that uses it', async () => {
  const lookUp = vi.fn(() => {
    throw new Error('unreachable')
  })
  const invite = perInvocation<SampleRefusing, string>(lookUp)
  const rule = defineRule<SampleRefusing>('look', async (ctx) => ((await invite(ctx)) ? allow() : skip()))
  const decision = await run('refusing', chain(failOpen(rule), rule))
  expect(decision).toMatchObject({ kind: 'failed', rule: 'look' })
  expect(lookUp).toHaveBeenCalledTimes(1)
})

test('perInvocation does not abort a lookup when the time limit of one rule is over', async () => {
  let answer: (value: string) => void = () => {}
  const signals: AbortSignal[] = []
  const invite = perInvocation<SampleRefusing, string>(({ signal }) => {
    signals.push(signal)
    return new Promise((resolve) => {
      answer = resolve
    })
  })
  const patient = defineRule<SampleRefusing>('patient', async (ctx) => {
    answer('invite')
    return (await invite(ctx)) === 'invite' ? allow() : skip()
  })
  const hasty = defineRule<SampleRefusing>('hasty', async (ctx) => ((await invite(ctx)) ? allow() : skip()))
  const decision = await run('refusing', chain(failOpen(hasty, { withinMs: 10 }), patient))
  expect(decision).toMatchObject({ kind: 'proceed', rule: 'patient' })
  expect(decision.trace).toMatchObject([
    { rule: 'fail-open', reason: 'failed-open' },
    { rule: 'hasty', reason: 'deadline-exceeded' },
    { rule: 'patient' },
  ])
  expect(signals.map((signal) => signal.aborted)).toEqual([false])
})
