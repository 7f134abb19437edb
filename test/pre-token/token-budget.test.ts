import { describe, expect, it } from 'vitest'
import { denyIf } from '../../src/index.ts'
import { addClaims, addScopes, overrideGroups, suppressClaims, suppressScopes, tokenBudget } from '../../src/pre-token/index.ts'
import { decideTokens, makeRule } from './decide.ts'

const long = 'x'.repeat(300)

describe('tokenBudget', () => {
  it('passes an answer that fits', async () => {
    const decision = await decideTokens([tokenBudget({ maxBytes: 1000 }, addClaims({ bio: long }, { to: 'both' }), addScopes(['a/read']))])
    expect(decision).toMatchObject({
      answer: { id: { claims: { bio: long } }, access: { claims: { bio: long }, scopes: ['a/read'] } },
      trace: [{ rule: 'token-budget', outcome: 'answer' }, { rule: 'add-claims' }, { rule: 'add-scopes' }],
    })
  })

  it('drops optional claims in their order until the token fits', async () => {
    const rules = [addClaims({ plan: 'pro', bio: long }), addClaims({ motto: long, photo: long })]
    const decide = (maxBytes: number) => decideTokens([tokenBudget({ maxBytes, optional: ['none', 'photo', 'bio', 'motto'] }, ...rules)])
    const kept = async (maxBytes: number) => {
      const decision = await decide(maxBytes)
      return decision.kind === 'proceed' ? Object.keys(decision.answer?.id?.claims ?? {}) : []
    }
    expect(await kept(2000)).toEqual(['plan', 'bio', 'motto', 'photo'])
    expect(await kept(1000)).toEqual(['plan', 'bio', 'motto'])
    expect(await kept(500)).toEqual(['plan', 'motto'])
    expect(await kept(100)).toEqual(['plan'])
    expect((await decide(500)).trace[0]).toMatchObject({ reason: 'claims-dropped', explanation: 'Left out of the tokens: photo, bio' })
  })

  it('measures each token, and drops a claim only from the token that is too large', async () => {
    const rules = [addClaims({ bio: 'short' }, { to: 'both' }), addClaims({ photo: long }, { to: 'access' })]
    const decision = await decideTokens([tokenBudget({ maxBytes: 100, optional: ['bio', 'photo'] }, ...rules)])
    expect(decision.kind === 'proceed' && decision.answer).toEqual({ id: { claims: { bio: 'short' } }, access: { claims: {} } })
  })

  it.each([
    ['claims', [addClaims({ bio: long })]],
    ['scopes', [addScopes([long])]],
    ['groups', [overrideGroups(() => [long])]],
    ['roles', [overrideGroups(() => ({ names: ['a'], roles: [long] }))]],
  ])('fails if the %s are too large', async (_, rules) => {
    expect(await decideTokens([tokenBudget({ maxBytes: 350 }, ...rules)])).toMatchObject({
      kind: 'failed',
      rule: 'token-budget',
      error: { code: 'token-too-large' },
      trace: [{ reason: 'token-too-large' }, {}],
    })
  })

  it('measures neither suppressed claims nor suppressed scopes', async () => {
    const rules = [addClaims({ bio: long }), suppressClaims(['bio']), addScopes([long]), suppressScopes([long])]
    expect(await decideTokens([tokenBudget({ maxBytes: 10 }, ...rules)])).toMatchObject({ kind: 'proceed' })
  })

  it('counts the bytes of the text in the token, which is longer than the value', async () => {
    const rules = [addClaims({ bio: 'ä'.repeat(150) })]
    // `"bio":"..."}` has 309 bytes of JSON, which are 412 bytes in base64url.
    expect(await decideTokens([tokenBudget({ maxBytes: 411 }, ...rules)])).toMatchObject({ kind: 'failed' })
    expect(await decideTokens([tokenBudget({ maxBytes: 412 }, ...rules)])).toMatchObject({ kind: 'proceed' })
  })

  it('passes a denial, an error and a skip of its rules', async () => {
    const denied = denyIf(() => true, 'no', 'No')
    const failing = addClaims({ a: () => Promise.reject(new Error('down')) })
    expect(await decideTokens([tokenBudget({ maxBytes: 10 }, denied)])).toMatchObject({ kind: 'denied', rule: 'deny-if-no' })
    expect(await decideTokens([tokenBudget({ maxBytes: 10 }, failing)])).toMatchObject({ kind: 'failed', rule: 'add-claims' })
    expect(await decideTokens([tokenBudget({ maxBytes: 10 }, addClaims({ a: () => undefined }))])).toMatchObject({ response: {} })
  })

  it.each([
    ['no rule', [{ maxBytes: 10 }], 'tokenBudget() needs at least one rule'],
    ['no size', [{}, addClaims({ a: 1 })], 'tokenBudget(): maxBytes is undefined; expected a whole number of bytes'],
    ['a string', [{ maxBytes: 10, optional: 'bio' }, addClaims({ a: 1 })], 'tokenBudget(): optional is a string; expected names of claims'],
    ['a misspelt option', [{ max: 10 }, addClaims({ a: 1 })], "tokenBudget(): unknown option 'max'"],
  ])('throws for %s when the composition is made', (_, args, message) => {
    expect(makeRule(tokenBudget, ...args)).toThrow(message)
  })
})
