import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import type * as aws from 'aws-lambda'
import { describe, expectTypeOf, test } from 'vitest'
import type { SourceOf, TRIGGERS, TriggerFacts, TriggerName, TriggerSource } from '../../src/shared/cognito/triggers.ts'

/** The keys of Cognito's LambdaConfig that are not trigger names. */
type NoTrigger = 'PreTokenGenerationConfig' | 'KMSKeyID'

describe('the table of triggers', () => {
  test('TRIGGERS has valid entries', () => {
    expectTypeOf<typeof TRIGGERS>().toExtend<Readonly<Record<TriggerName, TriggerFacts>>>()
  })

  test("TRIGGERS has the trigger names of Cognito's LambdaConfig", () => {
    expectTypeOf<TriggerName>().toEqualTypeOf<Exclude<keyof LambdaConfigType, NoTrigger>>()
    expectTypeOf<NoTrigger>().toExtend<keyof LambdaConfigType>()
  })

  test('TRIGGERS has lambdaVersions for exactly the triggers that LambdaConfig configures with a version', () => {
    type Versioned = {
      [Name in TriggerName]: (typeof TRIGGERS)[Name] extends { readonly lambdaVersions: unknown } ? Name : never
    }[TriggerName]
    type Plain = { [Name in TriggerName]: string extends LambdaConfigType[Name] ? Name : never }[TriggerName]
    expectTypeOf<Versioned>().toEqualTypeOf<Exclude<TriggerName, Plain> | 'PreTokenGeneration'>()
  })

  test('TRIGGERS has every trigger source of @types/aws-lambda', () => {
    type Senders = aws.CustomEmailSenderTriggerEvent | aws.CustomSMSSenderTriggerEvent
    expectTypeOf<(aws.CognitoUserPoolTriggerEvent | Senders)['triggerSource']>().toExtend<TriggerSource>()
  })

  test('TRIGGERS lists each trigger source under one trigger only', () => {
    expectTypeOf<SourceOf<'PreSignUp'> & SourceOf<'PostConfirmation'>>().toBeNever()
    expectTypeOf<SourceOf<TriggerName>>().toEqualTypeOf<TriggerSource>()
  })
})
