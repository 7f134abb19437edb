import { describe, expect, test } from 'vitest'
import { EffectLost } from '../../../src/shared/rules/effect-lost.ts'
import { NotDone } from '../../../src/shared/rules/not-done.ts'

const throttled = Object.assign(new Error('mary@example.com sends too much'), { name: 'Throttling' })

describe('NotDone', () => {
  test('carries what prevented the effect, and its kind as a code', () => {
    const error = new NotDone(throttled)
    expect(error).toMatchObject({ name: 'NotDone', code: 'Throttling', cause: throttled })
    expect(error.message).not.toContain('mary')
  })

  test.each([undefined, null, 'a text', { code: 'not an identifier' }])('has a plain code where %j prevented it', (cause) => {
    expect(new NotDone(cause).code).toBe('error')
  })
})

describe('EffectLost', () => {
  test('carries what it takes to find the user again, and what kept the ledger away', () => {
    const effect = { userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'mail', token: 'token-1' }
    expect(new EffectLost(effect, throttled)).toMatchObject({ name: 'EffectLost', code: 'Throttling', cause: throttled, effect })
  })
})
