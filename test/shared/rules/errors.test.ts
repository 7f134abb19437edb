import { describe, expect, test } from 'vitest'
import {
  DeadlineExceededError,
  EffectLostError,
  LifeguardError,
  NotDoneError,
  RuleError,
  toErrorReason,
} from '../../../src/shared/rules/errors.ts'

const throttled = Object.assign(new Error('mary@example.com sends too much'), { name: 'Throttling' })

describe('NotDoneError', () => {
  test('NotDoneError has a cause, and the name of the cause as its reason', () => {
    const error = new NotDoneError(throttled)
    expect(error).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'Throttling', cause: throttled })
    expect(error.message).not.toContain('mary')
  })

  test.each([undefined, null, 'a string', { code: 'not an identifier' }])(
    "NotDoneError has the reason 'error' for the cause %j",
    (cause) => {
      expect(new NotDoneError(cause).reason).toBe('error')
      expect(toErrorReason(new NotDoneError(cause))).toBe('error')
    },
  )
})

describe('EffectLostError', () => {
  test('EffectLostError has a cause, and the effect with the ids that identify the user', () => {
    const effect = { userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'mail', token: 'token-1' }
    expect(new EffectLostError(effect, throttled)).toMatchObject({
      name: 'EffectLostError',
      code: 'effect-lost',
      reason: 'Throttling',
      cause: throttled,
      effect,
    })
  })
})

describe('the errors of rules', () => {
  const effect = { userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'mail', token: 'token-1' }

  test.each([
    ['DeadlineExceededError', 'deadline-exceeded', 'deadline-exceeded', new DeadlineExceededError()],
    ['NotDoneError', 'not-done', 'Throttling', new NotDoneError(throttled)],
    ['EffectLostError', 'effect-lost', 'Throttling', new EffectLostError(effect, throttled)],
    ['RuleError', 'rule-error', 'rule-error', new RuleError({ kind: 'error', error: throttled, by: 'mine', mustFail: false })],
  ])('the error %s has the code %s, and is logged with the reason %s', (name, code, reason, error) => {
    expect(error).toBeInstanceOf(LifeguardError)
    expect(error).toMatchObject({ name, code })
    expect(toErrorReason(error)).toBe(reason)
  })
})
