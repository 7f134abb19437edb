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

describe('the event types of @types/aws-lambda', () => {
  test('the event types of @types/aws-lambda extend the event types of this package', () => {
    expectTypeOf<PreSignUpTriggerEvent>().toExtend<PreSignUpEvent>()
    expectTypeOf<PreAuthenticationTriggerEvent>().toExtend<PreAuthenticationEvent>()
    expectTypeOf<PostAuthenticationTriggerEvent>().toExtend<PostAuthenticationEvent>()
    expectTypeOf<PostConfirmationTriggerEvent>().toExtend<PostConfirmationEvent>()
  })

  test('the event types of @types/aws-lambda lack the null client id that Cognito may send', () => {
    const event: Pick<PreSignUpEvent, 'callerContext'> = { callerContext: { awsSdkVersion: 'aws-sdk-js-2.1639.0', clientId: null } }
    // @ts-expect-error the client id is null if a user is confirmed in the console
    const aws: Pick<PreSignUpTriggerEvent, 'callerContext'> = event
    expectTypeOf(aws).toBeObject()
  })
})

test('a trigger handler extends the type Handler of @types/aws-lambda', () => {
  expectTypeOf(preSignUp(allowEmailDomains('example.com'))).toExtend<Handler<PreSignUpEvent, PreSignUpEvent>>()
})
