import type { MiddlewareObj } from '@middy/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { anyOf, chain, denyIf, failOpen, shadow, when } from '../../../src/shared/rules/combinators.ts'
import { deny, respond } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { captureResult, collector, type Pre, type PreEvent, pre, preEvent, unchecked } from '../../support/harness.ts'

/** A secret that no log line may contain. Every string of the events and errors contains it. */
const SECRET = 'mary.hidden@secret.example'

/** A second secret. It looks like an identifier, as many user names do. */
const CONSTANT = 'mary-hidden-4711'

/** Strings that contain the secret. */
const secretText = fc
  .tuple(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(SECRET, `\n    at ${SECRET}`, `\r\n at f (${SECRET}:1:1)`, `\n    at f (file:///${SECRET}.js:1:1)\n`),
    fc.string({ maxLength: 8 }),
  )
  .map((parts) => parts.join(''))
const secretRecord = fc.oneof(
  fc.constant(null),
  fc.dictionary(fc.constantFrom('email', 'sub', 'name', 'phone_number', 'custom:plan', '__proto__', 'password', 'token'), secretText),
)
const secretJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    secretText,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value

/** Complete, incomplete and invalid events. Every string contains the secret, except those that are logged on purpose. */
const event = fc.record(
  {
    triggerSource: fc.constantFrom('PreSignUp_SignUp', 'PreSignUp_New', null),
    userPoolId: fc.constant('eu-west-1_pool'),
    version: secretText,
    region: secretText,
    userName: fc.oneof(secretText, secretJson),
    callerContext: fc.record({ awsSdkVersion: secretText, clientId: fc.constantFrom('client', null), extra: secretJson }),
    request: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          userAttributes: secretRecord,
          validationData: secretRecord,
          clientMetadata: secretRecord,
          password: secretText,
        }),
      },
      { weight: 1, arbitrary: fc.record({ userAttributes: secretJson, validationData: secretJson, clientMetadata: secretJson }) },
      { weight: 1, arbitrary: secretJson },
    ),
    response: fc.oneof(fc.constant({}), secretJson),
    extra: secretJson,
  },
  { requiredKeys: [] },
)

/** Values that rules and middleware throw. Their messages contain the secret. Some messages are changed after the error is created. */
const thrown: fc.Arbitrary<unknown> = fc.tuple(secretText, fc.string({ maxLength: 8 })).chain(([message, other]) => {
  const error = new TypeError(message)
  const changed = (to: string): Error => Object.assign(new Error(message), { message: to })
  return fc.constantFrom<unknown>(
    error,
    new Error(message, { cause: new Error(message) }),
    new AggregateError([error], message),
    Object.assign(new Error(`${other}\n    at ${message}\n    at f (${message}:1:1)`), {
      name: message,
      code: message,
      $metadata: { requestId: message },
    }),
    Object.assign(new Error(message), { stack: `Error: ${other}\n    at ${message}` }),
    Object.assign(new Error(message), { stack: `    at ${message}`, problems: [message], name: '', recipient: message }),
    ...['', 'Error', 'E', 'at', ' ', '\n'].map(changed),
    message,
    { message, name: message, code: message, stack: message },
    [message],
    undefined,
  )
})

const rethrow = (error: unknown): never => {
  throw error
}
const places: Readonly<
  Record<
    string,
    (error: unknown) => { readonly rules: readonly Rule<Pre>[]; readonly middleware?: readonly MiddlewareObj<PreEvent, PreEvent>[] }
  >
> = {
  nowhere: () => ({ rules: [defineRule('fine', ({ user }) => respond({ claims: { email: user.email ?? '' } }))] }),
  'in a rule': (error) => ({ rules: [defineRule('throws', () => rethrow(error))] }),
  'in an asynchronous rule': (error) => ({ rules: [chain(defineRule<Pre>('rejects', async () => rethrow(error)))] }),
  'in a condition': (error) => ({
    rules: [
      when(
        () => rethrow(error),
        defineRule('fine', () => respond({})),
      ),
    ],
  }),
  'in a rule inside failOpen': (error) => ({ rules: [failOpen(defineRule<Pre>('throws', () => rethrow(error)))] }),
  'in a shadow': (error) => ({ rules: [shadow(defineRule<Pre>('throws', () => rethrow(error)))] }),
  'in a before': (error) => ({ rules: [defineRule('fine', () => respond({}))], middleware: [{ before: () => rethrow(error) }] }),
  'in an after': (error) => ({ rules: [defineRule('fine', () => respond({}))], middleware: [{ after: () => rethrow(error) }] }),
  'in an onError': (error) => ({ rules: [defineRule('denies', () => deny('no', 'No'))], middleware: [{ onError: () => rethrow(error) }] }),
}

/** Outcomes of plain JavaScript rules. Their strings contain the secret, and some values throw when they are converted to a string. */
const outcome: fc.Arbitrary<unknown> = fc.record(
  {
    kind: fc.constantFrom('allow', 'skip', 'deny', 'done', SECRET),
    reason: fc.oneof(fc.constantFrom('a-reason', CONSTANT), secretText),
    message: fc.constantFrom('You need an invitation', ''),
    detail: fc.oneof(secretText, fc.constantFrom(CONSTANT, `email: ${CONSTANT}`, { toString: () => rethrow(new Error(SECRET)) }, [SECRET])),
    explanation: secretText,
    why: fc.oneof(secretText, fc.constant(CONSTANT)),
    by: fc.oneof(secretText, fc.constant(CONSTANT)),
    response: fc.constantFrom(undefined, {}, { [SECRET]: true }, { claims: { email: SECRET } }),
  },
  { requiredKeys: ['kind'] },
)

/** Creates rules in which the name of a rule or a function is the secret `text`, as plain JavaScript allows. */
const renamedRules: Readonly<Record<string, (text: string) => Rule<Pre>>> = {
  'is renamed while it runs': (text) => {
    const rule = defineRule<Pre>('renamed', () => {
      Reflect.set(rule, 'name', text)
      return deny('a-reason', 'No')
    })
    return rule
  },
  'returns another name at each read': (text) => {
    let reads = 0
    return Object.defineProperty(
      defineRule<Pre>('two-names', () => deny('a-reason', 'No')),
      'name',
      { get: () => (reads++ < 2 ? 'two-names' : text) },
    )
  },
  'runs a rule that is not in the composition': (text) =>
    unchecked({
      ...{ name: 'mine', kind: 'chain', children: [] },
      evaluate: (ctx: unknown, run: { readonly evaluate: (rule: unknown, ctx: unknown) => unknown }) =>
        run.evaluate({ name: text, kind: 'rule', evaluate: () => rethrow(new Error('no')) }, ctx),
    }),
  'returns a denial of another rule': (text) =>
    unchecked({
      name: 'mine',
      kind: 'chain',
      children: [],
      evaluate: () => ({ kind: 'deny', by: text, reason: 'a-reason', message: 'No' }),
    }),
  'throws from a function whose name is the secret': (text) =>
    defineRule<Pre>('throws', () => ({ [text]: () => rethrow(new Error('no')) })[text]?.() ?? deny('a-reason', 'No')),
}

describe('the log', () => {
  it('never logs an attribute, a user name or an error message, for any event and any error', async () => {
    await fc.assert(
      fc.asyncProperty(event, thrown, fc.constantFrom(...Object.keys(places)), fc.boolean(), async (input, error, place, keyed) => {
        const { rules, middleware = [] } = places[place]?.(error) ?? { rules: [] }
        const out = collector()
        const calls: unknown[] = []
        const record = (...args: readonly unknown[]): void => void calls.push(args)
        const settings = { write: out.write, middleware, ...(keyed && { logHashKey: 'a random hash key' }) }
        const { error: answer } = await captureResult(pre(settings, ...rules)(unchecked(input), { awsRequestId: 'request-1' }))
        await captureResult(pre({ ...settings, logger: { info: record, warn: record, error: record } }, ...rules)(unchecked(input)))
        expect(out.lines().length).toBeGreaterThanOrEqual(2)
        expect(out.lines()[0]).toMatchObject({ requestId: 'request-1' })
        // Checks fragments of the secret, because a truncated secret is a leak too.
        for (const fragment of ['hidden', 'secret.example']) {
          expect(out.raw()).not.toContain(fragment)
          expect(JSON.stringify(calls)).not.toContain(fragment)
          expect(answer?.text ?? '').not.toContain(fragment)
        }
      }),
      { numRuns: 1500 },
    )
  })

  it.each(Object.keys(renamedRules))('does not log the secret if a rule %s', async (how) => {
    for (const text of [SECRET, CONSTANT]) {
      const out = collector()
      const rule = renamedRules[how]?.(text) ?? defineRule('none', () => deny('no', 'No'))
      const input = preEvent({ userName: CONSTANT, request: { userAttributes: { email: SECRET } } })
      await captureResult(pre({ write: out.write }, rule)(unchecked(input), {}))
      expect(out.lines()).not.toEqual([])
      expect(out.raw()).not.toMatch(/mary|hidden-4711/)
    }
  })

  it.each([
    ['the local part of the email address', 'mary.smith'],
    ['a part of the local part', 'user-smith'],
    ['the given name', 'greeting-maryc'],
    ['a part of the user name', 'okta-user77'],
    ['an ID of an identity provider', '109500000000000000000'],
  ])('hides a reason, detail, error name or error code that contains %s', async (_, text) => {
    const attributes = { email: 'mary.smith@example.com', given_name: 'MaryC', identities: '[{"userId":"109500000000000000000"}]' }
    const input = preEvent({ userName: 'okta_user77', request: { userAttributes: attributes } })
    const throwing = Object.assign(new Error('no'), { code: `x-${text}`, name: `E-${text}` })
    for (const rule of [
      defineRule<Pre>('denying', () => deny(`a-${text}`, 'No', { detail: `email: b-${text}` })),
      defineRule<Pre>('throws', () => rethrow(throwing)),
    ]) {
      const out = collector()
      await captureResult(pre({ write: out.write }, rule)(unchecked(input), {}))
      expect(out.raw()).not.toContain(text)
      expect(out.raw()).toContain('hidden')
    }
  })

  it('logs the reasons of this package and declared reasons, even if the event contains the same text', async () => {
    const sent = { x: 'user-blocked', y: 'AccessDeniedException', z: 'not-on-trial', w: 'no-invite' }
    const input = preEvent({
      userName: 'user-blocked',
      request: { userAttributes: { name: 'Exception' }, clientMetadata: sent, validationData: sent },
    })
    const failing = Object.assign(new Error('no'), { name: 'AccessDeniedException' })
    for (const [rule, reason] of [
      [defineRule<Pre>('blocking', () => deny('user-blocked', 'No')), 'user-blocked'],
      [defineRule<Pre>('failing', () => rethrow(failing)), 'AccessDeniedException'],
      [denyIf<Pre>(() => true, 'not-on-trial', 'No'), 'not-on-trial'],
      [defineRule<Pre>('invited', () => deny('no-invite', 'No'), { reasons: ['no-invite'] }), 'no-invite'],
    ] as const) {
      const out = collector()
      await captureResult(pre({ write: out.write }, rule)(unchecked(input), {}))
      expect(out.lines()[0]).toMatchObject({ reason, trace: [{ reason }] })
    }
  })

  it('does not log the secret for any outcome, error and name of a plain JavaScript rule', async () => {
    const broken = fc.constantFrom(SECRET, CONSTANT).map((text) => Object.assign(new Error(text), { name: text, code: text }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(outcome, broken), { minLength: 1, maxLength: 3 }), fc.boolean(), async (results, shadowed) => {
        const rules = results.map(
          (each, place): Rule<Pre> => ({
            name: `rule-${place}`,
            kind: 'rule',
            evaluate: () => (each instanceof Error ? rethrow(each) : unchecked(each)),
          }),
        )
        const out = collector()
        const input = preEvent({ userName: CONSTANT, request: { userAttributes: { email: SECRET, sub: CONSTANT, 'custom:x': CONSTANT } } })
        const errors = vi.spyOn(process.stderr, 'write')
        const whole = shadowed ? rules.map((rule) => shadow(rule)) : rules
        const { error } = await captureResult(pre({ write: out.write }, anyOf(...whole), ...whole)(unchecked(input), {}))

        const stderr = errors.mock.calls.join('')
        errors.mockRestore()
        expect(out.lines().length).toBeGreaterThanOrEqual(1)
        for (const fragment of ['hidden-4711', 'mary.hidden', 'secret.example']) {
          expect(out.raw()).not.toContain(fragment)
          expect(error?.text ?? '').not.toContain(fragment)
          expect(stderr).not.toContain(fragment)
        }
      }),
      { numRuns: 1500 },
    )
  })
})
