import { describe, expect, it } from 'vitest'
import { encodeTokens } from '../../src/pre-token/encode-tokens.ts'
import type { Tokens } from '../../src/pre-token/tokens.ts'
import { tokenEvent } from './token-event.ts'

const encode = (tokens: Tokens | undefined, version = '1') => encodeTokens(tokens, tokenEvent({ version }))

describe('an answer for version 1 of the event', () => {
  it('is built whole, since the field comes in as null', () => {
    expect(encode({ id: { claims: { tenant: 'acme', level: 3, trial: true }, suppress: ['email'] } })).toEqual({
      claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme', level: '3', trial: 'true' }, claimsToSuppress: ['email'] },
    })
  })

  it('has groups only where a rule named them, because an empty object takes every group away', () => {
    expect(encode({ id: { claims: { tenant: 'acme' } } })).not.toHaveProperty('claimsOverrideDetails.groupOverrideDetails')
    expect(encode({ groups: { names: ['staff'], roles: [] } })).toEqual({
      claimsOverrideDetails: { groupOverrideDetails: { groupsToOverride: ['staff'], iamRolesToOverride: [] } },
    })
    expect(encode({ groups: { names: [], roles: ['r'], preferredRole: 'r' } })).toMatchObject({
      claimsOverrideDetails: { groupOverrideDetails: { groupsToOverride: [], preferredRole: 'r' } },
    })
  })

  it.each<[string, Tokens, string]>([
    ['an access token', { access: { claims: { tenant: 'acme' } } }, 'Version 1 of the event has no access token; set LambdaVersion V2_0'],
    ['a list', { id: { claims: { roles: ['a'] } } }, "Version 1 of the event takes texts, and the claim 'roles' is none"],
    ['an object', { id: { claims: { address: { city: 'Bern' } } } }, "the claim 'address' takes no list and no object"],
  ])('cannot carry %s', (_, tokens, message) => {
    expect(() => encode(tokens)).toThrow(message)
  })

  it('is nothing where no rule answered', () => {
    expect(encode(undefined)).toBeUndefined()
  })
})

describe.each(['2', '3'])('an answer for version %s of the event', (version) => {
  it('carries both tokens, scopes and any value', () => {
    const tokens: Tokens = {
      id: { claims: { roles: ['a', 'b'] } },
      access: { claims: { limits: { a: 1 } }, suppress: ['username_hint'], scopes: ['orders/read'], suppressScopes: ['phone'] },
      groups: { names: ['staff'], roles: [] },
    }
    expect(encode(tokens, version)).toEqual({
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: { roles: ['a', 'b'] }, claimsToSuppress: [] },
        accessTokenGeneration: {
          claimsToAddOrOverride: { limits: { a: 1 } },
          claimsToSuppress: ['username_hint'],
          scopesToAdd: ['orders/read'],
          scopesToSuppress: ['phone'],
        },
        groupOverrideDetails: { groupsToOverride: ['staff'], iamRolesToOverride: [] },
      },
    })
  })
})

describe('an answer that Cognito would drop or misread', () => {
  it.each<[string, unknown, string]>([
    ['an unknown part', { claims: { tenant: 'acme' } }, "Tokens have no 'claims'; they have id, access and groups"],
    ['a misspelt field', { id: { claim: {} } }, "'id' of the tokens has no 'claim'; it has claims, suppress"],
    ['scopes of the ID token', { id: { scopes: [] } }, "'id' of the tokens has no 'scopes'"],
    ['a part that is a text', { id: 'acme' }, "'id' of the tokens is not an object"],
    ['a reserved claim', { id: { claims: { sub: 'x' } } }, "id token: Cognito keeps the claim 'sub' for itself"],
    [
      'a claim of its family',
      { access: { claims: { 'cognito:groups': ['x'] } } },
      "access token: Cognito keeps the claim 'cognito:groups'",
    ],
    ['a reserved claim to leave out', { id: { suppress: ['iss'] } }, "id token: Cognito keeps the claim 'iss' for itself"],
    ['a claim without a value', { id: { claims: { tenant: null } } }, "id token: the claim 'tenant' has no value"],
    ['a claim without a name', { id: { claims: { '': 'x' } } }, 'id token: a claim has no name'],
    ['a scope with a space', { access: { scopes: ['a b'] } }, "access token: 'a b' is not a scope"],
    ['a list in a simple claim', { id: { claims: { email_verified: [true] } } }, "the claim 'email_verified' takes no list and no object"],
    [
      'more than AWS takes',
      { access: { claims: Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`c${at}`, 1])) } },
      'The tokens would get 5001 claims and scopes; Cognito takes 5000',
    ],
  ])('is refused: %s', (_, tokens, message) => {
    expect(() => encode(tokens as Tokens, '2')).toThrow(message)
  })

  it('is not what leaves out the groups or the claims of developers, which AWS permits', () => {
    expect(() => encode({ id: { suppress: ['cognito:groups', 'cognito:roles', 'dev:x', 'email'] } })).not.toThrow()
  })
})
