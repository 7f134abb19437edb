import { describe, expect, it } from 'vitest'
import { attributesAsClaims } from '../../src/pre-token/index.ts'
import { decideTokens, makeRule } from './decide.ts'

const userAttributes = { sub: 's', email: 'ann@example.com', email_verified: 'false', 'custom:tenant': 'acme', 'cognito:email_alias': '' }

describe('attributesAsClaims', () => {
  it('copies the attributes that the user has into each token', async () => {
    const rule = attributesAsClaims({ id: ['custom:tenant'], access: ['email', 'custom:tenant', 'custom:plan'] })
    expect(await decideTokens([rule], { request: { userAttributes } })).toMatchObject({
      answer: { id: { claims: { 'custom:tenant': 'acme' } }, access: { claims: { email: 'ann@example.com', 'custom:tenant': 'acme' } } },
    })
  })

  it('copies a verification as a boolean, because a program would read the string false as true', async () => {
    const decision = await decideTokens([attributesAsClaims({ access: ['email_verified'] })], { request: { userAttributes } })
    expect(decision).toMatchObject({ answer: { access: { claims: { email_verified: false } } } })
  })

  it('skips a user without the attributes, also in version 1 of the event', async () => {
    const rule = attributesAsClaims({ access: ['custom:plan'] })
    expect(await decideTokens([rule], { version: '1' })).toMatchObject({ kind: 'proceed', trace: [{ reason: 'no-attributes' }] })
  })

  it('fails in version 1 of the event if the access token would get a claim', async () => {
    const rule = attributesAsClaims({ access: ['email'] })
    expect(await decideTokens([rule], { version: '1' })).toMatchObject({ kind: 'failed', rule: 'attributes-as-claims' })
  })

  it('declares the event version that it needs', () => {
    expect(attributesAsClaims({ id: ['email'] }).lambdaVersion).toBeUndefined()
    expect(attributesAsClaims({ access: ['email'] }).lambdaVersion).toBe('V2_0')
  })

  it.each([
    ['no attribute', {}, 'attributesAsClaims() needs at least one attribute'],
    ['a string', { access: 'email' }, 'attributesAsClaims(): access is a string; expected a list'],
    ['a number', { id: [1] }, 'attributesAsClaims(): id contains a number; expected names of attributes'],
    ['a reserved claim', { access: ['sub'] }, "attributesAsClaims(): access: Cognito reserves the claim 'sub'"],
    ['an audience', { access: ['aud'] }, "attributesAsClaims(): access: Cognito reserves the claim 'aud'"],
    ['an unknown token', { refresh: ['email'] }, "attributesAsClaims(): unknown option 'refresh'"],
  ])('throws for %s when the rule is made', (_, attributes, message) => {
    expect(makeRule(attributesAsClaims, attributes)).toThrow(message)
  })
})
