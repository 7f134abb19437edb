import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidEventError } from '../../../src/shared/lambda/errors.ts'
import { assertEvent } from '../../../src/shared/lambda/handler.ts'
import { preEvent } from '../../support/harness.ts'

function captureProblems(input: unknown): readonly string[] {
  try {
    assertEvent(input)
    return []
  } catch (error) {
    if (error instanceof InvalidEventError) return error.problems
    throw error
  }
}

describe('assertEvent', () => {
  it('accepts an event with additional, missing and null fields', () => {
    expect(captureProblems(preEvent())).toEqual([])
    expect(captureProblems({})).toEqual([])
    expect(captureProblems(preEvent({ request: { userAttributes: { verified: true, n: null } }, response: null, new: [1] }))).toEqual([])
    expect(captureProblems(JSON.parse('{"__proto__":7,"request":{"__proto__":[],"userAttributes":{"__proto__":null}}}'))).toEqual([])
  })

  it.each(
    [['a@example.com'], { a: 'a@example.com' }, 7, 0].flatMap((value) =>
      ['email', 'email_verified', 'custom:banned'].map((name) => ({ name, value })),
    ),
  )('rejects an attribute that is not a string: $name is $value', ({ name, value }) => {
    const event = preEvent({ request: { userAttributes: { sub: 'x', [name]: value } } })
    expect(captureProblems(event)).toEqual([`request.userAttributes.${name}: expected a string`])
  })

  it('reports a question mark instead of an attribute name that Cognito does not allow', () => {
    const event = preEvent({ request: { userAttributes: { 'mary@example.com': 7, ['x'.repeat(65)]: 7 } } })
    expect(captureProblems(event)).toEqual(['request.userAttributes.?: expected a string', 'request.userAttributes.?: expected a string'])
  })

  it('reports every invalid field', () => {
    expect(
      captureProblems({ userName: 1, callerContext: { clientId: [] }, request: { userAttributes: [], clientMetadata: '' }, response: 0 }),
    ).toEqual([
      'userName: expected a string',
      'callerContext.clientId: expected a string',
      'request.userAttributes: expected an object',
      'request.clientMetadata: expected an object',
      'response: expected an object',
    ])
  })

  it('throws no error except InvalidEventError, and does not change the event', () => {
    const parts = fc.record({ request: fc.jsonValue(), callerContext: fc.jsonValue(), userName: fc.jsonValue() }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), parts), (input) => {
        const before = JSON.stringify(input)
        captureProblems(input)
        expect(JSON.stringify(input)).toBe(before)
      }),
    )
  })
})
