import { expectTypeOf, test } from 'vitest'
import { anyOf, chain } from '../../src/shared/rules/combinators.ts'
import { allow, deny, respond } from '../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../src/shared/rules/rule.ts'
import { cognitoEvent } from '../../src/testing/index.ts'
import { migrateUsers, type UserMigration, userMigration } from '../../src/user-migration/index.ts'

declare const directory: Parameters<typeof migrateUsers>[0]

test('the event has a password only at a sign-in', () => {
  userMigration.rule('narrow', ({ event }) => {
    if (event.triggerSource === 'UserMigration_ForgotPassword') expectTypeOf(event.request.password).toEqualTypeOf<undefined>()
    else expectTypeOf(event.request.password).toEqualTypeOf<string>()
    return deny('closed', 'Not now')
  })
  userMigration(migrateUsers(directory)).decide(cognitoEvent('UserMigration_Authentication'))
  userMigration(migrateUsers(directory)).decide(cognitoEvent('UserMigration_ForgotPassword'))
})

test('a rule answers in the words of the trigger, and allows nothing', () => {
  defineRule<UserMigration>('migrate', () => respond({ attributes: { email: 'a@b.example' }, status: 'CONFIRMED' }))
  // @ts-expect-error a field of Cognito's response
  defineRule<UserMigration>('migrate', () => respond({ finalUserStatus: 'CONFIRMED' }))
  // @ts-expect-error UserMigration does not permit allow
  defineRule<UserMigration>('migrate', () => allow())
  // @ts-expect-error UserMigration does not permit anyOf
  anyOf(migrateUsers(directory))
  expectTypeOf(chain(migrateUsers(directory), migrateUsers(directory))).toEqualTypeOf<Rule<UserMigration>>()
})
