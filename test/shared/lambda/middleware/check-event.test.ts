import middy from '@middy/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidEvent } from '../../../../src/shared/lambda/errors.ts'
import { assertEvent, checkEvent } from '../../../../src/shared/lambda/middleware/check-event.ts'
import { preEvent, unchecked } from '../../../support/harness.ts'

async function problemsOf(input: unknown): Promise<readonly string[]> {
  try {
    await assertEvent(input)
    return []
  } catch (error) {
    if (error instanceof InvalidEvent) return error.problems
    throw error
  }
}

describe('assertEvent', () => {
  it('lets through what Cognito sends, adds, leaves out or sends as null', async () => {
    expect(await problemsOf(preEvent())).toEqual([])
    expect(await problemsOf({})).toEqual([])
    expect(await problemsOf(preEvent({ request: { userAttributes: { verified: true, n: null } }, response: null, new: [1] }))).toEqual([])
    expect(await problemsOf(JSON.parse('{"__proto__":7,"request":{"__proto__":[],"userAttributes":{"__proto__":null}}}'))).toEqual([])
  })

  it.each(
    [['a@example.com'], { a: 'a@example.com' }, 7, 0].flatMap((value) =>
      ['email', 'email_verified', 'custom:banned'].map((name) => ({ name, value })),
    ),
  )('refuses an attribute that is not a text: $name is $value', async ({ name, value }) => {
    const event = preEvent({ request: { userAttributes: { sub: 'x', [name]: value } } })
    expect(await problemsOf(event)).toEqual([`request.userAttributes.${name}: expected a string`])
  })

  it('names no attribute that Cognito could not have', async () => {
    const event = preEvent({ request: { userAttributes: { 'mary@example.com': 7, ['x'.repeat(65)]: 7 } } })
    expect(await problemsOf(event)).toEqual(['request.userAttributes.?: expected a string', 'request.userAttributes.?: expected a string'])
  })

  it('names every place that is wrong', async () => {
    expect(
      await problemsOf({ userName: 1, callerContext: { clientId: [] }, request: { userAttributes: [], clientMetadata: '' }, response: 0 }),
    ).toEqual([
      'userName: expected a string',
      'callerContext.clientId: expected a string',
      'request.userAttributes: expected an object',
      'request.clientMetadata: expected an object',
      'response: expected an object',
    ])
  })

  it('throws nothing but InvalidEvent, and edits nothing, whatever comes in', async () => {
    const parts = fc.record({ request: fc.jsonValue(), callerContext: fc.jsonValue(), userName: fc.jsonValue() }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), parts), async (input) => {
        const before = JSON.stringify(input)
        await problemsOf(input)
        expect(JSON.stringify(input)).toBe(before)
      }),
    )
  })
})

describe('an event that is wrong, where the part is missing that says why', () => {
  it('is refused all the same', async () => {
    const missing = () => Promise.reject(new Error("Cannot find module 'explain-event.js'"))
    await expect(assertEvent(7, missing)).rejects.toEqual(new InvalidEvent(['event: expected the shape of a Cognito event']))
    expect(assertEvent({}, missing)).toBeUndefined()
  })

  it('is refused where that part sees nothing wrong', async () => {
    await expect(assertEvent(7, async () => () => [])).rejects.toThrow('Not a Cognito event: event: expected the shape of a Cognito event')
  })
})

describe('checkEvent', () => {
  it('is a middleware of middy that hands the event on as it came', async () => {
    const event = preEvent({ unknown: 'kept' })
    const handler = middy((input: unknown) => input).use(checkEvent())
    expect(await handler(unchecked(event), unchecked({}))).toBe(event)
    await expect(handler(unchecked(7), unchecked({}))).rejects.toThrow('Not a Cognito event: event: expected an object')
  })
})
