import middy from '@middy/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { DefineAuthChallengeEvent } from '../../src/custom-challenge/index.ts'
import type { PostConfirmationEvent } from '../../src/post-confirmation/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import { type PreSignUpAnswer, type PreSignUpEvent, preSignUp } from '../../src/pre-signup/index.ts'
import type { PreTokenGenerationEvent } from '../../src/pre-token/index.ts'
import { allowEmailDomains, blockUsers } from '../../src/rules/index.ts'
import type { CognitoEvent } from '../../src/shared/cognito/event.ts'
import type { TriggerSource } from '../../src/shared/cognito/triggers.ts'
import {
  adminCreate,
  cognitoEvent,
  confirmed,
  defineChallenge,
  type EventFor,
  federated,
  memoryBlockList,
  memoryMailer,
  memoryProfiles,
  newTokens,
  run,
  signIn,
  signUp,
  userMigration,
} from '../../src/testing/index.ts'

describe('the events of the test kit', () => {
  test('each event has the type of its trigger, with its exact source', () => {
    expectTypeOf(signUp()).toExtend<PreSignUpEvent>()
    expectTypeOf(signUp().triggerSource).toEqualTypeOf<'PreSignUp_SignUp'>()
    expectTypeOf(confirmed()).toExtend<PostConfirmationEvent>()
    expectTypeOf(newTokens()).toExtend<PreTokenGenerationEvent>()
    expectTypeOf(cognitoEvent('TokenGeneration_HostedAuth').triggerSource).toEqualTypeOf<'TokenGeneration_HostedAuth'>()
    expectTypeOf<EventFor<TriggerSource>>().toExtend<CognitoEvent>()
    expectTypeOf(userMigration().request.password).toEqualTypeOf<string>()
    expectTypeOf(cognitoEvent('UserMigration_ForgotPassword').request.password).toEqualTypeOf<undefined>()
    expectTypeOf(defineChallenge()).toExtend<DefineAuthChallengeEvent>()
  })

  test('the compiler rejects an option that Cognito does not send with the event', () => {
    signUp({ validationData: { invite: '1f3c' }, clientMetadata: {} })
    federated({ provider: 'Okta' })
    // @ts-expect-error a self-service sign-up has no identity provider
    signUp({ provider: 'Google' })
    // @ts-expect-error an administrator's event has no version 2
    adminCreate({ version: '2' })
    // @ts-expect-error Cognito passes the ClientMetadata of InitiateAuth as validationData
    signIn({ clientMetadata: {} })
    // @ts-expect-error a misspelt option
    confirmed({ mail: 'mary@example.com' })
    // @ts-expect-error the source does not exist
    cognitoEvent('PreSignUp_Signup')
  })
})

describe('run', () => {
  const handler = preSignUp(allowEmailDomains('example.com'))

  test('run returns the type of the response, and accepts handlers of any kind', () => {
    expectTypeOf(run(handler, signUp()).then(({ response }) => response)).resolves.toEqualTypeOf<PreSignUpAnswer | null>()
    run(middy(async (event: PreSignUpEvent) => event).use(preSignUp.middleware(allowEmailDomains('example.com'))), signUp())
    run(async (event: PreSignUpEvent) => event, signUp())
    run(preAuthentication(blockUsers(memoryBlockList())), signIn())
    // @ts-expect-error the event lacks the attributes of a sign-up
    run(handler, signIn())
    // @ts-expect-error a rule is not a handler
    run(allowEmailDomains('example.com'), signUp())
  })

  test('the matchers have types', async () => {
    const result = await run(handler, signUp())
    expect(result).toBeDenied('domain-not-allowed')
    expect(result).not.toProceed({ autoConfirmUser: true })
    expect(result).toFail(RangeError)
    await expect(run(handler, signUp())).resolves.toHaveDone('sync-profile')
    // @ts-expect-error the reason must be a string
    expect(result).toBeDenied(7)
    // @ts-expect-error toHaveDone needs the name of a rule
    expect(result).toHaveDone()
  })
})

describe('the stores in memory', () => {
  test('the compiler rejects the name of a call that the store does not have', () => {
    memoryProfiles().failOnce(new Error('no'), 'confirmed', 'signedIn')
    // @ts-expect-error a mailer only sends
    memoryMailer().hang('confirmed')
    // @ts-expect-error the type of a block must exist
    memoryBlockList({ type: 'phone', value: '+15555550100' })
  })
})
