import { describe, expectTypeOf, test } from 'vitest'
import { chain, failOpen, not, triggeredBy, when } from '../../src/index.ts'
import { addClaims, overrideGroups, type PreTokenGeneration, preTokenGeneration, type Tokens } from '../../src/pre-token/index.ts'
import { blockUsers, dynamoBlockList } from '../../src/rules/index.ts'
import { documentClient } from '../../src/shared/aws/index.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'

const blocks = dynamoBlockList({ documents: documentClient(), table: 'blocks' })

describe('pre token generation', () => {
  test('preTokenGeneration accepts its own rules and rules for several triggers', () => {
    expectTypeOf(chain(blockUsers(blocks), addClaims({ app: 'shop' }))).toEqualTypeOf<Rule<PreTokenGeneration>>()
    preTokenGeneration(
      when(not(triggeredBy('TokenGeneration_ClientCredentials')), failOpen(blockUsers(blocks))),
      addClaims({ app: 'shop' }),
    )
  })

  test('addClaims rejects reserved claims, invalid values and unknown tokens', () => {
    // @ts-expect-error Cognito reserves the claim sub
    addClaims({ sub: 'x' })
    // @ts-expect-error Cognito reserves claims with the prefix cognito:
    addClaims({ 'cognito:groups': 'x' })
    // @ts-expect-error a Date is not a valid claim
    addClaims({ since: new Date() })
    // @ts-expect-error the option 'to' of addClaims does not accept the value 'refresh'
    addClaims({ app: 'shop' }, { to: 'refresh' })
  })

  test('an override of groups requires their names, so that it cannot remove all groups by accident', () => {
    // @ts-expect-error names is missing, so the override would remove all groups
    const tokens: Tokens = { groups: {} }
    expectTypeOf(tokens).toBeObject()
    // @ts-expect-error overrideGroups needs a list of groups, not a string
    overrideGroups(() => 'staff')
  })
})
