import type { UpdateUserPoolRequest, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { expectTypeOf, test } from 'vitest'

// UpdateUserPool resets every setting that the request omits. So the code that builds the request checks with `satisfies` that no writable
// setting is missing.

test('UpdateUserPoolRequest lacks only those fields of a pool that an update cannot change', () => {
  expectTypeOf<Exclude<keyof UserPoolType, keyof UpdateUserPoolRequest>>().toEqualTypeOf<
    | 'Id'
    // In UpdateUserPoolRequest, this field has the name PoolName.
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

test('UserPoolType has the same field types as UpdateUserPoolRequest', () => {
  type Both = keyof UserPoolType & keyof UpdateUserPoolRequest
  expectTypeOf<Pick<UserPoolType, Both>>().toExtend<Pick<UpdateUserPoolRequest, Both>>()
})
