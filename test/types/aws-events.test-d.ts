import type {
  Handler,
  PostAuthenticationTriggerEvent,
  PostConfirmationTriggerEvent,
  PreAuthenticationTriggerEvent,
  PreSignUpTriggerEvent,
} from 'aws-lambda'
import { describe, expectTypeOf, test } from 'vitest'
import type { PostAuthenticationEvent } from '../../src/post-auth/index.ts'
import type { PostConfirmationEvent } from '../../src/post-confirmation/index.ts'
import type { PreAuthenticationEvent } from '../../src/pre-auth/index.ts'
import { type PreSignUpEvent, preSignUp } from '../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../src/rules/index.ts'

describe('events typed by @types/aws-lambda', () => {
  test('are events of ours', () => {
    expectTypeOf<PreSignUpTriggerEvent>().toExtend<PreSignUpEvent>()
    expectTypeOf<PreAuthenticationTriggerEvent>().toExtend<PreAuthenticationEvent>()
    expectTypeOf<PostAuthenticationTriggerEvent>().toExtend<PostAuthenticationEvent>()
    expectTypeOf<PostConfirmationTriggerEvent>().toExtend<PostConfirmationEvent>()
  })

  test('lack what Cognito really sends', () => {
    const event: Pick<PreSignUpEvent, 'callerContext'> = { callerContext: { awsSdkVersion: 'aws-sdk-js-2.1639.0', clientId: null } }
    // @ts-expect-error a user who is confirmed from the console comes with a null client id
    const aws: Pick<PreSignUpTriggerEvent, 'callerContext'> = event
    expectTypeOf(aws).toBeObject()
  })
})

test('a handler is what Lambda calls', () => {
  expectTypeOf(preSignUp(allowEmailDomains('example.com'))).toExtend<Handler<PreSignUpEvent, PreSignUpEvent>>()
})
