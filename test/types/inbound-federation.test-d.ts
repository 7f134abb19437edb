import type { InboundFederationTriggerEvent } from 'aws-lambda'
import { describe, expectTypeOf, test } from 'vitest'
import {
  fromProvider,
  type InboundFederation,
  type InboundFederationEvent,
  inboundFederation,
  mapAttributes,
  requireHostedDomain,
} from '../../src/inbound-federation/index.ts'
import { allow, anyOf, chain, respond, when } from '../../src/index.ts'
import { cognitoAccounts, linkProviders, preSignUp } from '../../src/pre-signup/index.ts'
import { blockUsers, dynamoBlockList, requireAttributes } from '../../src/rules/index.ts'
import { cognitoClient, documentClient } from '../../src/shared/aws/index.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'

const blocks = dynamoBlockList({ documents: documentClient(), table: 'blocks' })

describe('inbound federation', () => {
  test('inboundFederation accepts its own rules and rules for several triggers', () => {
    expectTypeOf(chain(blockUsers(blocks), mapAttributes({ a: 'b' }))).toEqualTypeOf<Rule<InboundFederation>>()
    inboundFederation(when(fromProvider('Google'), requireHostedDomain('example.com')), requireAttributes('email'))
  })

  test('the event of @types/aws-lambda extends the event of this package', () => {
    expectTypeOf<InboundFederationTriggerEvent>().toExtend<InboundFederationEvent>()
  })

  test('inbound federation has no approval, and its rules belong to no other trigger', () => {
    // @ts-expect-error an approval has no meaning in inbound federation
    inboundFederation.rule('allow', () => allow())
    // @ts-expect-error anyOf needs rules that may allow
    inboundFederation(anyOf(mapAttributes({ a: 'b' })))
    // @ts-expect-error rules of inbound federation cannot run in pre sign-up
    preSignUp(mapAttributes({ a: 'b' }))
    // @ts-expect-error rules of pre sign-up cannot run in inbound federation
    inboundFederation(linkProviders(cognitoAccounts({ cognito: cognitoClient() }), { trust: ['Google'], revealsExistence: true }))
  })

  test('an answer has only set and drop', () => {
    inboundFederation.rule('ok', () => respond({ set: { a: 'b' }, drop: ['c'] }))
    // @ts-expect-error values are strings
    inboundFederation.rule('number', () => respond({ set: { a: 1 } }))
    // @ts-expect-error the response of Cognito is not an answer
    inboundFederation.rule('response', () => respond({ userAttributesToMap: {} }))
  })

  test('linkProviders requires revealsExistence', () => {
    // @ts-expect-error a denial reveals that an account exists
    linkProviders(cognitoAccounts({ cognito: cognitoClient() }), { trust: ['Google'] })
  })
})
