import { describe, expect, test } from 'vitest'
import type { CognitoEvent } from '../../../src/shared/cognito/event.ts'
import { emailDomainIn } from '../../../src/shared/email/email-domain-in.ts'
import {
  and,
  type Condition,
  type DeclaresReads,
  defineCondition,
  evaluateCondition,
  fromAppClient,
  hasAttribute,
  not,
  or,
  triggeredBy,
  withProof,
} from '../../../src/shared/rules/condition.ts'
import { createContext } from '../../../src/shared/rules/invocation.ts'
import type { RuleContext } from '../../../src/shared/rules/trigger.ts'
import { SAMPLES, sampleEvent } from '../../support/samples.ts'

const context = (change: Partial<CognitoEvent> = {}): RuleContext =>
  createContext({ ...sampleEvent, ...change }, { signal: () => new AbortController().signal }, SAMPLES.refusing)
const yes: Condition = () => true
const no: Condition = async () => false
const throws: Condition = async () => {
  throw new Error('unreachable')
}

describe('and, or and not', () => {
  test.each([
    [and(yes, yes), true],
    [and(yes, no), false],
    [and(no, throws), false],
    [or(no, yes), true],
    [or(no, no), false],
    [or(yes, throws), true],
    [not(no), true],
    [not(yes), false],
    [not(and(yes, not(no))), false],
  ])('and, or and not evaluate conditions in order, and stop when the result is certain (%#)', async (condition, expected) => {
    expect(await condition(context())).toBe(expected)
  })

  test.each([and(yes, throws), or(no, throws), not(throws)])('and, or and not throw the error of a condition (%#)', async (condition) => {
    await expect(condition(context())).rejects.toThrow('unreachable')
  })

  test('and, or and not throw without a condition', () => {
    expect(() => and()).toThrow('and() needs at least one condition')
    expect(() => or()).toThrow('or() needs at least one condition')
  })

  /** Evaluates a condition. Turns a synchronous throw into a rejection. */
  const toPromise = async (call: () => unknown): Promise<unknown> => call()

  test('and, or and not throw if a condition does not return a boolean', async () => {
    const found: unknown = () => ({ invite: 1 })
    const forgotten: unknown = () => undefined
    for (const answer of [found, forgotten]) {
      const condition = answer as Condition
      await expect(toPromise(() => evaluateCondition(condition, context()))).rejects.toThrow('must return a boolean')
      await expect(toPromise(() => not(condition)(context()))).rejects.toThrow('must return a boolean')
      await expect(toPromise(() => and(condition)(context()))).rejects.toThrow('must return a boolean')
    }
  })
})

describe('triggeredBy', () => {
  test('triggeredBy is true only for the listed sources', async () => {
    const condition = triggeredBy('PreSignUp_SignUp', 'PreSignUp_AdminCreateUser')
    expect(await condition(context())).toBe(true)
    expect(await condition(context({ triggerSource: 'PreSignUp_AdminCreateUser' }))).toBe(true)
    expect(await condition(context({ triggerSource: 'PreSignUp_Other' }))).toBe(false)
  })

  test('triggeredBy throws without a source', () => expect(() => triggeredBy()).toThrow('triggeredBy() needs at least one value'))
})

describe('fromAppClient', () => {
  test('fromAppClient is true only for the listed app clients', async () => {
    expect(await fromAppClient('client0', 'client1')(context())).toBe(true)
    expect(await fromAppClient('client2')(context())).toBe(false)
  })

  test('fromAppClient is false if the event has no app client', async () => {
    expect(await fromAppClient('client1')(context({ callerContext: { awsSdkVersion: '', clientId: null } }))).toBe(false)
    const { callerContext: _, ...partial } = sampleEvent
    expect(
      await fromAppClient('client1')(createContext(partial as CognitoEvent, { signal: () => AbortSignal.any([]) }, SAMPLES.refusing)),
    ).toBe(false)
  })

  test('fromAppClient throws without an app client', () =>
    expect(() => fromAppClient()).toThrow('fromAppClient() needs at least one value'))
})

describe('hasAttribute', () => {
  const withPlan = context({ request: { userAttributes: { 'custom:plan': 'trial', empty: '' } } })

  test.each([
    [hasAttribute('custom:plan'), true],
    [hasAttribute('custom:plan', 'trial'), true],
    [hasAttribute('custom:plan', 'paid'), false],
    [hasAttribute('missing'), false],
    [hasAttribute('empty'), false],
    [hasAttribute('empty', ''), true],
    [hasAttribute('constructor'), false],
  ])('hasAttribute compares the value, and treats an empty attribute as missing (%#)', async (condition, expected) =>
    expect(await condition(withPlan)).toBe(expected),
  )
})

describe('the proof of a condition', () => {
  const domain = withProof('domain', undefined, yes)
  const circumstance = hasAttribute('name')
  const own: Condition = () => true

  test.each([
    ['circumstance', circumstance],
    ['domain', domain],
    [undefined, own],
    ['domain', and(circumstance, domain)],
    [undefined, and(domain, own)],
    ['circumstance', and(circumstance, triggeredBy('PreSignUp_SignUp'))],
    ['domain', or(domain, own)],
    ['circumstance', or(circumstance, own)],
    ['domain', or(circumstance, domain)],
    [undefined, or(own, own)],
    ['domain', not(domain)],
    [undefined, not(own)],
  ])('the proof of a condition is %s (%#)', (proof, condition) => expect(condition.proof).toBe(proof))
})

describe('the reads of a condition', () => {
  const own: Condition = () => true
  const plan = defineCondition(({ user }) => user.attributes['custom:plan'] === 'trial', { reads: ['custom:plan'] })

  test.each([
    [[], triggeredBy('PreSignUp_SignUp')],
    [[], fromAppClient('client1')],
    [['name'], hasAttribute('name')],
    [['email'], emailDomainIn('example.com')],
    [['custom:plan'], plan],
    [['custom:plan'], not(plan)],
    [['custom:plan', 'name'], and(plan, hasAttribute('name'), plan)],
    [['name', 'custom:plan'], or(hasAttribute('name'), fromAppClient('client1'), plan)],
    [undefined, own],
    [undefined, not(own)],
    [undefined, and(plan, own)],
    [undefined, or(own, plan)],
  ])('the reads of a condition are %j (%#)', (reads, condition) => expect(condition.reads).toEqual(reads))
})

describe('defineCondition', () => {
  test('defineCondition returns a condition with the same result as the given function', async () => {
    const withPlan = context({ request: { userAttributes: { 'custom:plan': 'trial' } } })
    const plan = defineCondition(async ({ user }) => user.attributes['custom:plan'] === 'trial', { reads: ['custom:plan'] })
    expect(await plan(withPlan)).toBe(true)
    expect(await plan(context())).toBe(false)
  })

  test('defineCondition does not modify the given function', () => {
    const own: Condition = () => true
    expect(defineCondition(own, { reads: [] }).reads).toEqual([])
    expect(own).not.toHaveProperty('reads')
  })

  test('defineCondition keeps the proof of the given condition', () => {
    expect(defineCondition(emailDomainIn('example.com'), { reads: ['email'] }).proof).toBe('domain')
    expect(defineCondition(() => true, { reads: [] })).not.toHaveProperty('proof')
  })

  test.each([undefined, {}, { reads: 'email' }, { reads: [7] }, { reads: [''] }, { reads: null }])(
    'defineCondition throws for the options %j in plain JavaScript',
    (options) => {
      const declared: unknown = options
      expect(() => defineCondition(() => true, declared as DeclaresReads)).toThrow(
        "defineCondition: reads must be a list of attribute names, such as ['email'], or []",
      )
    },
  )
})
