import { describe, expect, it } from 'vitest'
import { addScopes, suppressScopes } from '../../src/pre-token/index.ts'
import { decideTokens, makeRule } from './decide.ts'

const access = { claimsToAddOrOverride: {}, claimsToSuppress: [] }

describe('addScopes', () => {
  it('adds scopes to the access token, from lists and from functions', async () => {
    const decision = await decideTokens([addScopes(['a/read']), addScopes(async () => ['b/read', 'a/read']), addScopes(() => undefined)])
    expect(decision).toMatchObject({
      response: {
        claimsAndScopeOverrideDetails: { accessTokenGeneration: { ...access, scopesToAdd: ['a/read', 'b/read'], scopesToSuppress: [] } },
      },
      trace: [{ reason: 'scopes-added' }, { reason: 'scopes-added' }, { reason: 'no-scopes' }],
    })
  })

  it('skips if the function returns an empty list', async () => {
    expect(await decideTokens([addScopes(() => [])])).toMatchObject({ response: {}, trace: [{ reason: 'no-scopes' }] })
  })

  it.each([
    ['a scope with a space', () => ['a b']],
    ['an empty scope', () => ['']],
    ['a string', () => 'a/read' as never],
  ])('fails if the function returns %s', async (_, scopes) => {
    expect(await decideTokens([addScopes(scopes)])).toMatchObject({ kind: 'failed', rule: 'add-scopes' })
  })

  it('fails in version 1 of the event, which has no access token', async () => {
    expect(await decideTokens([addScopes(['a/read'])], { version: '1' })).toMatchObject({ kind: 'failed', rule: 'add-scopes' })
  })
})

describe('suppressScopes', () => {
  it('removes scopes, also those that another rule adds', async () => {
    const decision = await decideTokens([suppressScopes(['a/read', 'phone']), addScopes(['a/read', 'b/read'])])
    expect(decision).toMatchObject({
      response: {
        claimsAndScopeOverrideDetails: {
          accessTokenGeneration: { ...access, scopesToAdd: ['b/read'], scopesToSuppress: ['a/read', 'phone'] },
        },
      },
    })
  })
})

describe.each([
  ['addScopes', addScopes],
  ['suppressScopes', suppressScopes],
])('%s', (name, make) => {
  it('declares version 2 of the event', () => {
    expect(make(['a/read']).lambdaVersion).toBe('V2_0')
  })

  it.each([
    ['an empty list', [], 'needs at least one value'],
    ['a string', 'a/read', ': argument 1 is a string; expected a list'],
    ['a scope with a space', ['a b'], ': "a b" is not a scope; expected a string without spaces'],
  ])('throws for %s when the rule is made', (_, scopes, message) => {
    expect(makeRule(make, scopes)).toThrow(new RegExp(`^${name}\\(\\).*${message}`))
  })
})
