import type { UpdateUserPoolRequest, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { expectTypeOf, test } from 'vitest'

// The code that builds the update checks with `satisfies` that it repeats every writable setting. An update resets missing settings.

test('UpdateUserPoolRequest lacks only those fields of a pool that an update cannot change', () => {
  expectTypeOf<Exclude<keyof UserPoolType, keyof UpdateUserPoolRequest>>().toEqualTypeOf<
    | 'Id'
    // PoolName in the update.
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

test('the fields of a described pool have the types of the update', () => {
  type Both = keyof UserPoolType & keyof UpdateUserPoolRequest
  expectTypeOf<Pick<UserPoolType, Both>>().toExtend<Pick<UpdateUserPoolRequest, Both>>()
})
