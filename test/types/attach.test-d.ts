import type { UpdateUserPoolRequest, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { expectTypeOf, test } from 'vitest'

// That an update says every setting which can be written is checked where it is made, by `satisfies`.

test('what an update cannot say again is known: nothing of it is a setting that an update could reset', () => {
  expectTypeOf<Exclude<keyof UserPoolType, keyof UpdateUserPoolRequest>>().toEqualTypeOf<
    | 'Id'
    // Said as PoolName.
    | 'Name'
    | 'Arn'
    | 'Status'
    | 'CreationDate'
    | 'LastModifiedDate'
    | 'EstimatedNumberOfUsers'
    | 'SchemaAttributes'
    | 'AliasAttributes'
    | 'UsernameAttributes'
    | 'UsernameConfiguration'
    | 'Domain'
    | 'CustomDomain'
    | 'EmailConfigurationFailure'
    | 'SmsConfigurationFailure'
  >()
})

test('what is described and what is written have one shape', () => {
  type Both = keyof UserPoolType & keyof UpdateUserPoolRequest
  expectTypeOf<Pick<UserPoolType, Both>>().toExtend<Pick<UpdateUserPoolRequest, Both>>()
})
