import { describe, expectTypeOf, test } from 'vitest'
import {
  customChallenge,
  type DefineAuthChallenge,
  type DefineAuthChallengeEvent,
  defineChallenge,
  type NextStep,
} from '../../src/custom-challenge/index.ts'
import { defineRule, respond } from '../../src/index.ts'
import type { TriggerHandler } from '../../src/shared/lambda/define-trigger.ts'

const step = defineChallenge({
  name: 'word',
  create: () => ({ public: {}, secret: { word: 'a' } }),
  decoy: () => ({ public: {}, secret: { word: '' } }),
  verify: ({ answer, secret }) => answer === secret.word,
})

describe('custom challenges', () => {
  test('the answer of DefineAuthChallenge is a challenge or tokens, and never both or neither', () => {
    expectTypeOf<Extract<NextStep, { readonly tokens: true }>['challenge']>().toEqualTypeOf<undefined>()
    expectTypeOf<NonNullable<NextStep['challenge']>>().toEqualTypeOf<'CUSTOM_CHALLENGE' | 'PASSWORD_VERIFIER' | 'NEW_PASSWORD_REQUIRED'>()
    expectTypeOf<null>().not.toExtend<NextStep>()
    expectTypeOf<{ readonly tokens: true }>().not.toExtend<NextStep>()
    expectTypeOf<Record<string, never>>().not.toExtend<NextStep>()
  })

  test('a guard cannot issue tokens', () => {
    // @ts-expect-error only the matched steps make an answer
    defineRule<DefineAuthChallenge>('forged', () => respond({ tokens: true }))
  })

  test('the handlers have the events of their triggers', () => {
    const { define } = customChallenge({ steps: [step], limitPerSessionOnly: true })
    expectTypeOf(define).toEqualTypeOf<TriggerHandler<DefineAuthChallenge>>()
    expectTypeOf<Parameters<typeof define>[0]>().toEqualTypeOf<DefineAuthChallengeEvent>()
  })

  test('verify gets the secret that create made', () => {
    defineChallenge({
      name: 'word',
      create: () => ({ public: {}, secret: { word: 'a' } }),
      decoy: () => ({ public: {}, secret: { word: '' } }),
      // @ts-expect-error the secret has no field `code`
      verify: ({ secret }) => secret.code === '1',
    })
  })

  test('steps are a list with at least one step', () => {
    // @ts-expect-error an empty list
    customChallenge({ steps: [] })
    // @ts-expect-error not a step
    customChallenge({ steps: ['password'] })
  })
})
