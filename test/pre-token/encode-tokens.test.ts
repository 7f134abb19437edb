import { describe, expect, it } from 'vitest'
import { encodeTokens } from '../../src/pre-token/encode-tokens.ts'
import type { Tokens } from '../../src/pre-token/tokens.ts'
import { tokenEvent } from './token-event.ts'

const encode = (tokens: Tokens | undefined, version = '1') => encodeTokens(tokens, tokenEvent({ version }))

describe('encodeTokens for version 1 of the event', () => {
  it('returns a complete object, because the response field of the event is null', () => {
    expect(encode({ id: { claims: { tenant: 'acme', level: 3, trial: true }, suppress: ['email'] } })).toEqual({
      claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme', level: '3', trial: 'true' }, claimsToSuppress: ['email'] },
    })
  })

  it('adds groups only if a rule returned them, because an empty groups object makes Cognito remove every group', () => {
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
    [
      'a list',
      { id: { claims: { roles: ['a'] } } },
      "Version 1 of the event cannot hold a list or an object ('roles'); set LambdaVersion V2_0",
    ],
    ['an object', { id: { claims: { address: { city: 'Bern' } } } }, "the claim 'address' cannot be a list or an object"],
  ])('throws for %s', (_, tokens, message) => {
    expect(() => encode(tokens)).toThrow(message)
  })

  it('returns undefined if no rule answered', () => {
    expect(encode(undefined)).toBeUndefined()
  })
})

describe.each(['2', '3'])('encodeTokens for version %s of the event', (version) => {
  it('encodes both tokens, scopes, groups and values of any type', () => {
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

describe('encodeTokens with an invalid answer', () => {
  it.each<[string, unknown, string]>([
    ['an unknown part', { claims: { tenant: 'acme' } }, "Unknown token field 'claims'; expected id, access, groups"],
    ['a misspelt field', { id: { claim: {} } }, "Unknown token field 'id.claim'; expected claims, suppress"],
    ['scopes of the ID token', { id: { scopes: [] } }, "Unknown token field 'id.scopes'"],
    ['a part that is a string', { id: 'acme' }, "Token field 'id' is not an object"],
    ['a reserved claim', { id: { claims: { sub: 'x' } } }, "id token: Cognito reserves the claim 'sub'"],
    [
      'a claim with a reserved prefix',
      { access: { claims: { 'cognito:groups': ['x'] } } },
      "access token: Cognito reserves the claim 'cognito:groups'",
    ],
    ['a reserved claim to suppress', { id: { suppress: ['iss'] } }, "id token: Cognito reserves the claim 'iss'"],
    ['a claim without a value', { id: { claims: { tenant: null } } }, "id token: the claim 'tenant' has no value"],
    ['a claim without a name', { id: { claims: { '': 'x' } } }, 'id token: a claim has no name'],
    ['a scope with a space', { access: { scopes: ['a b'] } }, 'access token: "a b" is not a scope'],
    ['a suppressed scope with a space', { access: { suppressScopes: ['a b'] } }, 'access token: "a b" is not a scope'],
    ['an audience of the ID token', { id: { claims: { aud: tokenEvent().callerContext.clientId } } }, "Cognito reserves the claim 'aud'"],
    ['another audience', { access: { claims: { aud: 'other' } } }, "access token: the claim 'aud' must be the id of the app client"],
    ['an audience to suppress', { access: { suppress: ['aud'] } }, "Cognito reserves the claim 'aud'"],
    [
      'a list in a simple claim',
      { id: { claims: { email_verified: [true] } } },
      "the claim 'email_verified' cannot be a list or an object",
    ],
    [
      'more claims than AWS allows',
      { access: { claims: Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`c${at}`, 1])) } },
      'The tokens would get 5001 claims and scopes; Cognito allows 5000',
    ],
  ])('throws for %s', (_, tokens, message) => {
    expect(() => encode(tokens as Tokens, '2')).toThrow(message)
  })

  it('accepts an answer that suppresses the groups or `dev:` claims', () => {
    expect(() => encode({ id: { suppress: ['cognito:groups', 'cognito:roles', 'dev:x', 'email'] } })).not.toThrow()
  })

  it.each([undefined, '', '0', '4', 2])('throws for version %s of the event, which AWS does not document', (version) => {
    const event = { ...tokenEvent(), version: version as string }
    expect(() => encodeTokens({ id: { claims: { tenant: 'acme' } } }, event)).toThrow('expected "1", "2" or "3"')
    expect(encodeTokens(undefined, event)).toBeUndefined()
  })
})

describe('encodeTokens', () => {
  it('accepts the id of the app client as audience of the access token', () => {
    const aud = tokenEvent().callerContext.clientId ?? ''
    expect(encode({ access: { claims: { aud } } }, '2')).toMatchObject({
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { aud } } },
    })
  })

  it('leaves out claims and scopes that are also suppressed', () => {
    const tokens: Tokens = { access: { claims: { a: 1, b: 2 }, suppress: ['a'], scopes: ['s', 't'], suppressScopes: ['t'] } }
    expect(encode(tokens, '3')).toEqual({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { b: 2 },
          claimsToSuppress: ['a'],
          scopesToAdd: ['s'],
          scopesToSuppress: ['t'],
        },
      },
    })
  })
})
