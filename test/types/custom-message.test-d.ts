import { expectTypeOf, test } from 'vitest'
import { type CustomMessage, customMessage, limitMessages, message, messages } from '../../src/custom-message/index.ts'
import { allow, deny, respond } from '../../src/shared/rules/outcome.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import { memoryCounter } from '../../src/testing/memory-counter.ts'

test('the rules of custom message fit its handler', () => {
  const texts = messages({ fallback: 'en', locales: { en: { default: { sms: '{{code}}' } } } })
  expectTypeOf(texts).toEqualTypeOf<Rule<CustomMessage>>()
  customMessage(limitMessages({ counter: memoryCounter(), perUser: { max: 5, windowSeconds: 3600 } }), texts)
})

test('only an invitation has the placeholder of the user name', () => {
  message('CustomMessage_AdminCreateUser', ({ code, username }) => {
    expectTypeOf(username).toEqualTypeOf<string>()
    return { sms: `${username} ${code}` }
  })
  message(['CustomMessage_SignUp', 'CustomMessage_ResendCode'], ({ username }) => {
    expectTypeOf(username).toEqualTypeOf<undefined>()
    return undefined
  })
  message(['CustomMessage_SignUp', 'CustomMessage_AdminCreateUser'], ({ username }) => {
    expectTypeOf(username).toEqualTypeOf<string | undefined>()
    return undefined
  })
})

test('the compiler rejects mistakes', () => {
  // @ts-expect-error a misspelt trigger source
  message('CustomMessage_Signup', () => undefined)
  // @ts-expect-error a message that Cognito does not send
  messages({ fallback: 'en', locales: { en: { Signup: { sms: '{{code}}' } } } })
  // @ts-expect-error an email needs a subject
  message('CustomMessage_SignUp', ({ code }) => ({ email: { html: code } }))
  // @ts-expect-error Cognito's field
  customMessage.rule('x', () => respond({ smsMessage: '{####}' }))
  // @ts-expect-error the trigger does not permit allow
  customMessage.rule('x', () => allow())
  customMessage.rule('x', () => deny('stopped', 'No message'))
})
