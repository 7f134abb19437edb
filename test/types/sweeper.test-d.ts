import { describe, expectTypeOf, test } from 'vitest'
import { cognitoClient, documentClient } from '../../src/shared/aws/index.ts'
import type { RuleNode } from '../../src/shared/rules/rule.ts'
import { cognitoUsers, dynamoEffects, type SweptCompositions, sweeper } from '../../src/sweeper/index.ts'

declare const composition: RuleNode
const options = {
  effects: dynamoEffects({ documents: documentClient(), table: 'effects' }),
  users: cognitoUsers(cognitoClient()),
  table: 'effects',
}

describe('sweeper', () => {
  test('sweeper accepts compositions of the triggers whose only result are effects', () => {
    expectTypeOf<keyof SweptCompositions>().toEqualTypeOf<'PostAuthentication' | 'PostConfirmation'>()
    sweeper({ PostConfirmation: composition, PostAuthentication: composition }, options)
  })

  test('sweeper rejects a composition without its trigger, and the effects of a sender', () => {
    // @ts-expect-error the composition needs the name of its trigger
    sweeper(composition, options)
    // @ts-expect-error a sent message is never swept
    sweeper({ CustomEmailSender: composition }, options)
  })
})
