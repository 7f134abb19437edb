import { describe, expect, test, vi } from 'vitest'
import { chain, failOpen, when } from '../../../src/shared/rules/combinators.ts'
import { perInvocation } from '../../../src/shared/rules/condition.ts'
import { createContext, narrowContext, readUser } from '../../../src/shared/rules/invocation.ts'
import { allow, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { run, SAMPLES, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

describe('readUser', () => {
  test('reads what Cognito sends', () => {
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

  test('takes the booleans of printed samples as the strings that Cognito sends', () => {
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
  ])('finds nothing where there is nothing: %j', (event) => {
    expect(readUser(event)).toMatchObject({ userName: '', sub: undefined, email: undefined, emailVerified: false, attributes: {} })
  })

  test('takes an empty value for a missing one', () => {
    expect(readUser({ request: { userAttributes: { sub: '', email: '' } } })).toMatchObject({ sub: undefined, email: undefined })
  })

  test('leaves out values that are no text', () => {
    expect(readUser({ request: { userAttributes: { a: 1, b: null, c: {}, d: 'x' } } }).attributes).toEqual({ d: 'x' })
  })

  test('finds no attributes that are not there, whatever their names', () => {
    const hostile = JSON.parse('{"__proto__": {"email": "eve@example.com"}, "constructor": "x"}')
    const { attributes, email } = readUser({ request: { userAttributes: hostile } })
    expect(email).toBeUndefined()
    expect(attributes.toString).toBeUndefined()
    expect(Object.keys(attributes)).toEqual(['constructor'])
  })
})

describe('contexts', () => {
  const signal = new AbortController().signal

  test('read the user once', () => {
    const ctx = createContext(sampleEvent, { signal: () => signal }, SAMPLES.refusing)
    expect(ctx.user).toBe(ctx.user)
    expect(ctx).toMatchObject({ event: sampleEvent, appClient: 'client1', signal })
  })

  test('of a rule with less time have its signal, and know the invocation that they belong to', () => {
    const whole = createContext(sampleEvent, { signal: () => signal }, SAMPLES.refusing)
    const other = new AbortController().signal
    const part = narrowContext(narrowContext(whole, { signal: () => signal }), { signal: () => other })
    expect(part.signal).toBe(other)
    expect(part.invocation).toBe(whole)
    expect(part.user).toBe(whole.user)
    expect(part.appClient).toBe('client1')
  })

  test('make their signal when it is asked for, and a copy of one has it too', () => {
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

  test('can be made of what is no event at all: whether to ask a rule is not theirs to say', () => {
    expect(createContext(JSON.parse('null'), { signal: () => signal }, SAMPLES.refusing)).toMatchObject({
      event: null,
      user: { userName: '' },
    })
  })
})

test('looks up once an invocation, for rules and conditions alike, whatever share of the time they have', async () => {
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

test('fails for all who ask when it fails', async () => {
  const lookUp = vi.fn(() => {
    throw new Error('out of reach')
  })
  const invite = perInvocation<SampleRefusing, string>(lookUp)
  const rule = defineRule<SampleRefusing>('look', async (ctx) => ((await invite(ctx)) ? allow() : skip()))
  const decision = await run('refusing', chain(failOpen(rule), rule))
  expect(decision).toMatchObject({ kind: 'failed', rule: 'look' })
  expect(lookUp).toHaveBeenCalledTimes(1)
})

test('a rule whose share is over does not cut the look-up short for the others', async () => {
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
