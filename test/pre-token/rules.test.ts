import { describe, expect, it } from 'vitest'
import { addClaims, overrideGroups, preTokenGeneration, suppressClaims } from '../../src/pre-token/index.ts'
import type { PreTokenGeneration } from '../../src/pre-token/trigger.ts'
import { allowEmailDomains } from '../../src/rules/index.ts'
import type { RuleArgument } from '../../src/shared/rules/rule.ts'
import { tokenEvent } from './token-event.ts'

const quiet = { write: () => undefined }
const decide = (rules: readonly RuleArgument<PreTokenGeneration>[], change: Parameters<typeof tokenEvent>[0] = {}) =>
  preTokenGeneration(...rules).decide(tokenEvent(change))
const plain =
  (call: (...args: readonly never[]) => unknown, ...args: readonly unknown[]) =>
  () =>
    Reflect.apply(call, undefined, args)

describe('addClaims', () => {
  it('adds claims to the ID token, from values and from functions', async () => {
    const rule = addClaims({ app: 'shop', mail: ({ user }) => user.email, later: async () => 3, none: () => undefined })
    expect(await decide([rule])).toMatchObject({
      kind: 'proceed',
      answer: { id: { claims: { app: 'shop', mail: 'ann@example.com', later: 3 } } },
      response: { claimsOverrideDetails: { claimsToAddOrOverride: { app: 'shop', mail: 'ann@example.com', later: '3' } } },
    })
  })

  it.each([
    ['access', ['accessTokenGeneration']],
    ['both', ['idTokenGeneration', 'accessTokenGeneration']],
  ] as const)('adds claims to the tokens that `to: %s` selects in version 2 of the event', async (to, parts) => {
    const decision = await decide([addClaims({ app: 'shop' }, { to })], { version: '2' })
    const details = decision.kind === 'proceed' ? Object(decision.response.claimsAndScopeOverrideDetails) : {}
    expect(Object.keys(details)).toEqual(parts)
  })

  it('fails if a rule adds a claim to the access token in version 1 of the event', async () => {
    expect(await decide([addClaims({ app: 'shop' }, { to: 'both' })])).toMatchObject({ kind: 'failed', rule: 'add-claims' })
  })

  it('keeps the claims of an earlier rule, and records overrides in the trace', async () => {
    const decision = await decide([addClaims({ a: 1, b: 1 }), addClaims({ b: 2, c: 2 }), addClaims({ d: 4 })])
    expect(decision).toMatchObject({ answer: { id: { claims: { a: 1, b: 2, c: 2, d: 4 } } } })
    expect(decision.trace.map(({ overrides }) => overrides)).toEqual([undefined, ['id'], undefined])
  })

  it('adds the id of the app client as audience of the access token', async () => {
    const aud = addClaims({ aud: ({ appClient }) => appClient }, { to: 'access' })
    expect(await decide([aud], { version: '2' })).toMatchObject({ kind: 'proceed', rule: null })
    expect(await decide([addClaims({ aud: 'other' }, { to: 'access' })], { version: '2' })).toMatchObject({ kind: 'failed' })
  })

  it('declares the event version that it needs', () => {
    expect(addClaims({ a: 'b' }).lambdaVersion).toBeUndefined()
    expect(addClaims({ a: ['b'] }).lambdaVersion).toBe('V2_0')
    expect(addClaims({ a: 'b' }, { to: 'both' }).lambdaVersion).toBe('V2_0')
  })

  it('skips if no claim has a value', async () => {
    expect(await decide([addClaims({ none: () => undefined })])).toMatchObject({ response: {}, trace: [{ reason: 'no-claims' }] })
  })

  it.each([
    ['no claim', [{}], 'addClaims() needs at least one claim'],
    ['a reserved claim', [{ sub: 'x' }], "addClaims(): Cognito reserves the claim 'sub'"],
    ['a claim with a reserved prefix', [{ 'cognito:groups': 'x' }], "addClaims(): Cognito reserves the claim 'cognito:groups'"],
    ['a claim without a value', [{ a: undefined }], "addClaims(): the claim 'a' has no value"],
    ['an audience of both tokens', [{ aud: 'x' }, { to: 'both' }], "addClaims(): Cognito reserves the claim 'aud'"],
    ['a wrong target', [{ a: 1 }, { to: 'refresh' }], "addClaims(): to is a string; expected 'id', 'access' or 'both'"],
    ['a misspelt option', [{ a: 1 }, { in: 'id' }], "addClaims(): unknown option 'in'"],
  ])('throws for %s when the rule is made', (_, args, message) => {
    expect(plain(addClaims, ...args)).toThrow(message)
  })
})

describe('suppressClaims', () => {
  it('removes claims from a token', async () => {
    expect(await decide([suppressClaims(['email', 'cognito:groups'])])).toMatchObject({
      response: { claimsOverrideDetails: { claimsToSuppress: ['email', 'cognito:groups'] } },
    })
  })

  it('declares the event version that it needs', () => {
    expect(suppressClaims(['email']).lambdaVersion).toBeUndefined()
    expect(suppressClaims(['email'], { to: 'access' }).lambdaVersion).toBe('V2_0')
  })

  it.each([
    ['an empty list', [[]], 'suppressClaims() needs at least one value'],
    ['a string', ['email'], "suppressClaims(): expected a list of names, such as ['email']"],
    ['a reserved claim', [['sub']], "suppressClaims(): Cognito reserves the claim 'sub'"],
  ])('throws for %s when the rule is made', (_, args, message) => {
    expect(plain(suppressClaims, ...args)).toThrow(message)
  })
})

describe('overrideGroups', () => {
  it('replaces the groups and keeps the roles', async () => {
    expect(await decide([overrideGroups((groups) => groups.filter((group) => group !== 'editors'))])).toMatchObject({
      answer: { groups: { names: ['staff'], roles: ['arn:aws:iam::111122223333:role/staff'] } },
    })
  })

  it('accepts roles and a preferred role', async () => {
    const rule = overrideGroups(() => ({ names: ['a'], roles: ['r'], preferredRole: 'r' }))
    expect(await decide([rule])).toMatchObject({ answer: { groups: { names: ['a'], roles: ['r'], preferredRole: 'r' } } })
  })

  it('leaves the groups as they are if the function returns undefined', async () => {
    expect(await decide([overrideGroups(() => undefined)])).toMatchObject({ kind: 'proceed', response: {} })
  })

  it('removes every group only with `allowEmpty`', async () => {
    expect(await decide([overrideGroups(() => [])])).toMatchObject({ kind: 'failed', rule: 'override-groups' })
    expect(await decide([overrideGroups(() => [], { allowEmpty: true })])).toMatchObject({ answer: { groups: { names: [] } } })
    expect(await decide([overrideGroups(() => ({ names: 'staff' }) as never)])).toMatchObject({ kind: 'failed' })
  })

  it('skips a user or machine without groups if the function returns none', async () => {
    const rule = overrideGroups((groups) => groups.filter((group) => group !== 'editors'))
    for (const groupsToOverride of [[], null, undefined]) {
      const request = { userAttributes: {}, groupConfiguration: { groupsToOverride } }
      expect(await decide([rule], { request })).toMatchObject({ kind: 'proceed', response: {}, trace: [{ reason: 'groups-kept' }] })
      expect(await decide([overrideGroups(() => ({ names: [], roles: ['r'] }))], { request })).toMatchObject({ kind: 'failed' })
    }
  })

  it('handles an event without groups', async () => {
    const request = { userAttributes: {}, groupConfiguration: null }
    expect(await decide([overrideGroups((groups) => [...groups, 'guest'])], { request })).toMatchObject({
      answer: { groups: { names: ['guest'], roles: [] } },
    })
  })

  it('throws for an argument that is not a function', () => {
    expect(plain(overrideGroups, ['staff'])).toThrow('overrideGroups(): argument 1 is an array; expected a function')
  })
})

describe('preTokenGeneration', () => {
  it('returns the whole event, and replaces its null response field only if a rule answered', async () => {
    const event = tokenEvent()
    expect(await preTokenGeneration(quiet, addClaims({ a: 'b' }))(event)).toEqual({
      ...event,
      response: { claimsOverrideDetails: { claimsToAddOrOverride: { a: 'b' }, claimsToSuppress: [] } },
    })
    expect(await preTokenGeneration(quiet, addClaims({ a: () => undefined }))(event)).toEqual(event)
  })

  it('denies tokens through allowEmailDomains if the email has another domain or is not verified', async () => {
    const changed = (email_verified: string) => ({ userAttributes: { sub: 's', email: 'ann@example.com', email_verified } })
    expect(await decide([allowEmailDomains('example.com')])).toMatchObject({ kind: 'proceed', rule: 'allow-email-domains' })
    expect(await decide([allowEmailDomains('example.org')])).toMatchObject({
      ...{ kind: 'denied', reason: 'domain-not-allowed', message: 'This email address cannot be used to sign in' },
    })
    expect(await decide([allowEmailDomains('example.com')], { request: changed('false') })).toMatchObject({
      kind: 'denied',
      reason: 'email-not-verified',
    })
  })
})
