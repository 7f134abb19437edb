import { describe, expectTypeOf, test } from 'vitest'
import { chain, failOpen, not, triggeredBy, when } from '../../src/index.ts'
import { addClaims, overrideGroups, type PreTokenGeneration, preTokenGeneration, type Tokens } from '../../src/pre-token/index.ts'
import { blockUsers, dynamoBlockList } from '../../src/rules/index.ts'
import { documentClient } from '../../src/shared/aws/index.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'

const blocks = dynamoBlockList({ documents: documentClient(), table: 'blocks' })

describe('pre token generation', () => {
  test('takes rules for several triggers beside its own', () => {
    expectTypeOf(chain(blockUsers(blocks), addClaims({ app: 'shop' }))).toEqualTypeOf<Rule<PreTokenGeneration>>()
    preTokenGeneration(
      when(not(triggeredBy('TokenGeneration_ClientCredentials')), failOpen(blockUsers(blocks))),
      addClaims({ app: 'shop' }),
    )
  })

  test('does not take claims that Cognito keeps for itself', () => {
    // @ts-expect-error reserved
    addClaims({ sub: 'x' })
    // @ts-expect-error its family
    addClaims({ 'cognito:groups': 'x' })
    // @ts-expect-error a claim is no date
    addClaims({ since: new Date() })
    // @ts-expect-error there is no such token
    addClaims({ app: 'shop' }, { to: 'refresh' })
  })

  test('has groups with their names, so that none are taken away by accident', () => {
    // @ts-expect-error all groups would go
    const tokens: Tokens = { groups: {} }
    expectTypeOf(tokens).toBeObject()
    // @ts-expect-error one text
    overrideGroups(() => 'staff')
  })
})
