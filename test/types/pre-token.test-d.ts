import { describe, expectTypeOf, test } from 'vitest'
import { chain, failOpen, not, triggeredBy, when } from '../../src/index.ts'
import {
  addClaims,
  claimsFromProfile,
  dynamoProfileReader,
  onBehalfOf,
  overrideGroups,
  type PreTokenGeneration,
  preTokenGeneration,
  type Tokens,
  tokenBudget,
  type UserTokenVerifier,
} from '../../src/pre-token/index.ts'
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
    // @ts-expect-error Cognito reserves the claim aud in the ID token
    addClaims({ aud: 'x' }, { to: 'both' })
    addClaims({ aud: ({ appClient }) => appClient }, { to: 'access' })
    // @ts-expect-error a Date is not a valid claim
    addClaims({ since: new Date() })
    // @ts-expect-error the option 'to' of addClaims does not accept the value 'refresh'
    addClaims({ app: 'shop' }, { to: 'refresh' })
  })

  test('claimsFromProfile and onBehalfOf reject reserved claims', () => {
    const profiles = dynamoProfileReader({ documents: documentClient(), table: 'profiles' })
    claimsFromProfile(profiles, { plan: 'plan', seats: ({ seats }) => Number(seats) }, { to: 'both' })
    // @ts-expect-error Cognito reserves the claim sub
    claimsFromProfile(profiles, { sub: 'id' })
    const verifier: UserTokenVerifier = { verify: async () => undefined }
    onBehalfOf(verifier, { claims: { user_sub: 'sub' }, maxAgeSeconds: 300 })
    // @ts-expect-error Cognito reserves the claim sub
    onBehalfOf(verifier, { claims: { sub: 'sub' }, maxAgeSeconds: 300 })
    // @ts-expect-error the age is required, so that no rule accepts a token of any age
    onBehalfOf(verifier, { claims: { user_sub: 'sub' } })
  })

  test('tokenBudget accepts rules of this trigger and rules for several triggers', () => {
    preTokenGeneration(tokenBudget({ maxBytes: 2048 }, blockUsers(blocks), addClaims({ app: 'shop' })))
    // @ts-expect-error maxBytes is required
    tokenBudget({}, addClaims({ app: 'shop' }))
  })

  test('an override of groups requires their names, so that it cannot remove all groups by accident', () => {
    // @ts-expect-error names is missing, so the override would remove all groups
    const tokens: Tokens = { groups: {} }
    expectTypeOf(tokens).toBeObject()
    // @ts-expect-error overrideGroups needs a list of groups, not a string
    overrideGroups(() => 'staff')
  })
})
