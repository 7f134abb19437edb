import type { MiddlewareObj } from '@middy/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { anyOf, chain, denyIf, failOpen, shadow, when } from '../../../src/shared/rules/combinators.ts'
import { deny, respond } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { captureResult, collector, type Pre, type PreEvent, pre, preEvent, unchecked } from '../../support/harness.ts'

/** What no line may hold: it stands in every text that an event or an error brings. */
const SECRET = 'mary.hidden@secret.example'

/** A secret that is an identifier, as a user name may be. */
const CONSTANT = 'mary-hidden-4711'

/** A text that holds the secret somewhere. */
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

/** Events, whole, cut down and of the wrong types, with the secret in every text but those that a log names on purpose. */
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

/** What rules and middleware throw: messages with the secret, however they were made and changed afterwards. */
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
  'in a rule, later': (error) => ({ rules: [chain(defineRule<Pre>('rejects', async () => rethrow(error)))] }),
  'in a condition': (error) => ({
    rules: [
      when(
        () => rethrow(error),
        defineRule('fine', () => respond({})),
      ),
    ],
  }),
  'in a rule that may break': (error) => ({ rules: [failOpen(defineRule<Pre>('throws', () => rethrow(error)))] }),
  'in a shadow': (error) => ({ rules: [shadow(defineRule<Pre>('throws', () => rethrow(error)))] }),
  'in a before': (error) => ({ rules: [defineRule('fine', () => respond({}))], middleware: [{ before: () => rethrow(error) }] }),
  'in an after': (error) => ({ rules: [defineRule('fine', () => respond({}))], middleware: [{ after: () => rethrow(error) }] }),
  'in an onError': (error) => ({ rules: [defineRule('denies', () => deny('no', 'No'))], middleware: [{ onError: () => rethrow(error) }] }),
}

/** What a rule of plain JavaScript can put into an outcome: the secret in every text, and what throws when it is made a text. */
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

/** Rules of plain JavaScript that call themselves, or a rule that they run, by the secret. */
const posing: Readonly<Record<string, (text: string) => Rule<Pre>>> = {
  'is renamed while it runs': (text) => {
    const rule = defineRule<Pre>('renamed', () => {
      Reflect.set(rule, 'name', text)
      return deny('a-reason', 'No')
    })
    return rule
  },
  'answers each question for its name differently': (text) => {
    let asked = 0
    return Object.defineProperty(
      defineRule<Pre>('two-names', () => deny('a-reason', 'No')),
      'name',
      { get: () => (asked++ < 2 ? 'two-names' : text) },
    )
  },
  'runs a rule that the composition does not hold': (text) =>
    unchecked({
      ...{ name: 'mine', kind: 'chain', children: [] },
      evaluate: (ctx: unknown, run: { readonly evaluate: (rule: unknown, ctx: unknown) => unknown }) =>
        run.evaluate({ name: text, kind: 'rule', evaluate: () => rethrow(new Error('no')) }, ctx),
    }),
  'passes a denial on in the name of another': (text) =>
    unchecked({
      name: 'mine',
      kind: 'chain',
      children: [],
      evaluate: () => ({ kind: 'deny', by: text, reason: 'a-reason', message: 'No' }),
    }),
  'throws from a function of that name': (text) =>
    defineRule<Pre>('throws', () => ({ [text]: () => rethrow(new Error('no')) })[text]?.() ?? deny('a-reason', 'No')),
}

describe('no attribute, no user name and no message of an error', () => {
  it('is in any line, whatever came in and whatever was thrown', async () => {
    await fc.assert(
      fc.asyncProperty(event, thrown, fc.constantFrom(...Object.keys(places)), fc.boolean(), async (input, error, place, keyed) => {
        const { rules, middleware = [] } = places[place]?.(error) ?? { rules: [] }
        const out = collector()
        const told: unknown[] = []
        const tell = (...args: readonly unknown[]): void => void told.push(args)
        const settings = { write: out.write, middleware, ...(keyed && { logHashKey: 'a random text of ours' }) }
        const { error: answer } = await captureResult(pre(settings, ...rules)(unchecked(input), { awsRequestId: 'request-1' }))
        await captureResult(pre({ ...settings, logger: { info: tell, warn: tell, error: tell } }, ...rules)(unchecked(input)))
        expect(out.lines().length).toBeGreaterThanOrEqual(2)
        expect(out.lines()[0]).toMatchObject({ requestId: 'request-1' })
        // A fragment is told as well: a line that cuts a text in the middle has told enough of it.
        for (const fragment of ['hidden', 'secret.example']) {
          expect(out.raw()).not.toContain(fragment)
          expect(JSON.stringify(told)).not.toContain(fragment)
          expect(answer?.text ?? '').not.toContain(fragment)
        }
      }),
      { numRuns: 1500 },
    )
  })

  it.each(Object.keys(posing))('is in any line of a rule that %s', async (how) => {
    for (const text of [SECRET, CONSTANT]) {
      const out = collector()
      const rule = posing[how]?.(text) ?? defineRule('none', () => deny('no', 'No'))
      const input = preEvent({ userName: CONSTANT, request: { userAttributes: { email: SECRET } } })
      await captureResult(pre({ write: out.write }, rule)(unchecked(input), {}))
      expect(out.lines()).not.toEqual([])
      expect(out.raw()).not.toMatch(/mary|hidden-4711/)
    }
  })

  it.each([
    ['the local part of the address', 'mary.smith'],
    ['a part of it', 'user-smith'],
    ['the given name', 'greeting-maryc'],
    ['a part of the user name', 'okta-user77'],
    ['an id at an identity provider', '109500000000000000000'],
  ])('is in any line as a part: %s', async (_, text) => {
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

  it('takes no reason of the toolkit out of the log, whatever the caller sends', async () => {
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

  it('is in any line, whatever a rule of plain JavaScript says, throws and is called', async () => {
    const broken = fc.constantFrom(SECRET, CONSTANT).map((text) => Object.assign(new Error(text), { name: text, code: text }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(outcome, broken), { minLength: 1, maxLength: 3 }), fc.boolean(), async (said, shadowed) => {
        const rules = said.map(
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
