import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { allowEmailDomains } from '../../src/rules/allow-email-domains.ts'
import {
  ATTRIBUTES_NOT_ACCEPTED,
  type RequireAttributesOptions,
  requireAttributes,
  type SchemaResult,
  type StandardSchema,
} from '../../src/rules/require-attributes.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const decide = (schema: StandardSchema, attributes: Record<string, string>, options?: RequireAttributesOptions) =>
  preSignUp(requireAttributes(schema, options)).decide(preSignUpEvent(attributes))

const standard = (validate: (value: unknown) => SchemaResult | Promise<SchemaResult>): StandardSchema => ({
  '~standard': { version: 1, vendor: 'hand-written', validate },
})

const terms = z.looseObject({ given_name: z.string().min(1), 'custom:terms': z.literal('accepted') })
const denied = { kind: 'denied', rule: 'require-attributes', reason: 'attributes-not-valid', message: ATTRIBUTES_NOT_ACCEPTED }

describe('requireAttributes with zod', () => {
  it('requireAttributes skips users whose attributes match', async () => {
    const decision = await decide(terms, { given_name: 'Ann', 'custom:terms': 'accepted', email: 'ann@example.com' })
    expect(decision).toMatchObject({ kind: 'proceed', rule: null })
  })

  it('requireAttributes never allows a user inside anyOf, because users choose their attributes', async () => {
    const rule = anyOf(allowEmailDomains('example.com'), requireAttributes(terms))
    const stranger = preSignUpEvent({ given_name: 'Eve', 'custom:terms': 'accepted', email: 'eve@evil.com' })
    expect(await preSignUp(rule).decide(stranger)).toMatchObject({ kind: 'denied', reason: 'domain-not-allowed' })
  })

  it('requireAttributes denies a user with invalid attributes, and names these attributes in the trace only', async () => {
    const decision = await decide(terms, { given_name: '' })
    expect(decision).toMatchObject(denied)
    const [entry] = decision.trace
    expect(entry?.detail).toBe('given_name: too_small; custom:terms: invalid_value')
    expect(entry?.explanation).toMatch(/^given_name: Too small.+; custom:terms: Invalid.+/)
  })

  it.each(['ann@example.com', 'a', '\u0041nn', 'Ann "x"'])(
    'requireAttributes never logs a value of the user that the schema quotes in a message or path: %s',
    async (value) => {
      const quoting = standard((given) => ({
        issues: [{ message: `${JSON.stringify(given)} is not ${value.toUpperCase()}`, path: ['given_name', value] }],
      }))
      const lines: string[] = []
      const handler = preSignUp({ write: (line) => void lines.push(line) }, requireAttributes(quoting))
      await expect(handler(preSignUpEvent({ given_name: value }))).rejects.toThrow(ATTRIBUTES_NOT_ACCEPTED)
      expect(JSON.parse(lines.join(''))).toMatchObject({ detail: 'given_name: invalid', trace: [{ detail: 'given_name: invalid' }] })
      expect(lines.join('')).not.toContain(JSON.stringify({ given_name: value }))
    },
  )

  it('requireAttributes denies unknown attributes with a strict schema', async () => {
    const decision = await decide(z.strictObject({ given_name: z.string() }), { given_name: 'Ann', 'custom:admin': 'true' })
    expect(decision).toMatchObject(denied)
    expect(decision.trace[0]).toMatchObject({ detail: 'unrecognized_keys', explanation: expect.stringContaining('custom:admin') })
  })

  it('requireAttributes treats an attribute named __proto__ as an ordinary attribute', async () => {
    const attributes: Record<string, string> = JSON.parse('{ "__proto__": "x", "given_name": "Ann" }')
    expect(await decide(z.strictObject({ given_name: z.string() }), attributes)).toMatchObject(denied)
  })

  it('requireAttributes denies users without attributes', async () => {
    const { request, ...event } = preSignUpEvent()
    expect(await preSignUp(requireAttributes(terms)).decide({ ...event, request: { ...request, userAttributes: {} } })).toMatchObject(
      denied,
    )
  })

  it('requireAttributes ignores the value that the schema returns', async () => {
    const upper = z.looseObject({ given_name: z.string().transform((name) => name.toUpperCase()) })
    const event = preSignUpEvent({ given_name: 'Ann' })
    expect(await preSignUp(requireAttributes(upper))(event)).toEqual(event)
  })

  it.each([adminCreatedEvent, federatedEvent])('requireAttributes denies at every trigger source', async (event) => {
    expect(await preSignUp(requireAttributes(terms)).decide(event())).toMatchObject(denied)
  })
})

describe('requireAttributes with a schema of another library', () => {
  it('requireAttributes passes the attributes to the schema as a plain object', async () => {
    const seen: unknown[] = []
    const schema = standard((value) => {
      seen.push(value)
      return {}
    })
    expect(await decide(schema, { email: 'ann@example.com' })).toMatchObject({ kind: 'proceed' })
    expect(seen).toEqual([{ email: 'ann@example.com' }])
    expect(Object.getPrototypeOf(seen[0])).toBe(Object.prototype)
  })

  it('requireAttributes awaits an asynchronous schema', async () => {
    const asynchronous = (result: SchemaResult) => standard(async () => result)
    expect(await decide(asynchronous({}), {})).toMatchObject({ kind: 'proceed' })
    expect(await decide(asynchronous({ issues: [{ message: 'too short' }] }), {})).toMatchObject(denied)
  })

  it('requireAttributes accepts every path of an issue in Standard Schema: keys, objects with a key, or no path', async () => {
    const issues = [
      { message: 'no', path: ['a', 0, Symbol('s')] },
      { message: 'nor', path: [{ key: 'b' }, { key: 1 }] },
      { message: 'neither', path: [] },
      { message: 'not at all' },
    ]
    const decision = await decide(
      standard(() => ({ issues })),
      {},
    )
    expect(decision.trace[0]).toMatchObject({
      detail: 'a: invalid; b: invalid; invalid; invalid',
      explanation: 'a.0.Symbol(s): no; b.1: nor; neither; not at all',
    })
  })

  it('requireAttributes denies the user if the schema returns an empty list of issues', async () => {
    expect(
      await decide(
        standard(() => ({ issues: [] })),
        {},
      ),
    ).toMatchObject(denied)
  })

  it.each([
    {
      how: 'throws',
      validate: () => {
        throw new Error('broken')
      },
    },
    { how: 'rejects', validate: () => Promise.reject(new Error('broken')) },
  ])('requireAttributes fails the invocation if the schema $how', async ({ validate }) => {
    expect(await decide(standard(validate), {})).toMatchObject({ kind: 'failed', rule: 'require-attributes' })
  })
})

describe('the message option of requireAttributes', () => {
  it('the denial has the message of the message option', async () => {
    expect(await decide(terms, {}, { message: 'Please accept the terms.' })).toMatchObject({ message: 'Please accept the terms' })
  })

  it('requireAttributes throws for an empty message', () => {
    expect(() => requireAttributes(terms, { message: '' })).toThrow('the message is empty')
  })
})

describe('requireAttributes in plain JavaScript', () => {
  it.each([7, undefined, {}, { '~standard': null }])('requireAttributes throws for an invalid schema: %j', (given) => {
    expect(() => Reflect.apply(requireAttributes, undefined, [given])).toThrow(
      /^requireAttributes\(\): expected names of attributes or a Standard Schema, such as/,
    )
  })
})

describe('requireAttributes with names', () => {
  const decideByName = (...attributes: readonly Record<string, string>[]) =>
    preSignUp(requireAttributes('email', 'custom:terms')).decide(preSignUpEvent(Object.assign({}, ...attributes)))

  it('requireAttributes skips users who have the attributes', async () => {
    expect(await decideByName({ email: 'ann@example.com', 'custom:terms': 'accepted' })).toMatchObject({ kind: 'proceed' })
  })

  it('requireAttributes denies users who lack an attribute or have it empty, and names it in the trace only', async () => {
    const decision = await decideByName({ email: '' })

    expect(decision).toMatchObject(denied)
    expect(decision.trace).toMatchObject([{ detail: 'email: missing; custom:terms: missing' }])
  })

  it('requireAttributes does not take a property of every object for an attribute', async () => {
    const handler = preSignUp(requireAttributes('constructor', '__proto__'))

    expect(await handler.decide(preSignUpEvent({ email: 'ann@example.com' }))).toMatchObject(denied)
  })

  it.each<[string, readonly unknown[], string]>([
    ['no argument', [], 'expected names of attributes or a Standard Schema'],
    ['options after names', ['email', { message: 'x' }], 'argument 2 is an object; expected a string'],
  ])('requireAttributes throws for %s', (_, given, message) => {
    expect(() => Reflect.apply(requireAttributes, undefined, given)).toThrow(message)
  })
})
