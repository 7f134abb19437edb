import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineTokens, type TokenChanges, type Tokens } from '../../src/pre-token/tokens.ts'

const names = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
const changes: fc.Arbitrary<TokenChanges> = fc.record(
  { claims: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.nat(9)), suppress: names },
  { requiredKeys: [] },
)
const tokens: fc.Arbitrary<Tokens> = fc.record(
  { id: changes, access: changes, groups: fc.record({ names, roles: names }) },
  { requiredKeys: [] },
)

describe('combineTokens', () => {
  it('merges the claims of two answers, and unites their suppressed claims', () => {
    fc.assert(
      fc.property(tokens, tokens, (earlier, later) => {
        const both = combineTokens(earlier, later)
        for (const token of ['id', 'access'] as const) {
          expect(both[token]?.claims ?? {}).toEqual({ ...earlier[token]?.claims, ...later[token]?.claims })
          const left = new Set([...(earlier[token]?.suppress ?? []), ...(later[token]?.suppress ?? [])])
          expect(new Set(both[token]?.suppress ?? [])).toEqual(left)
        }
        expect(both.groups).toEqual(later.groups ?? earlier.groups)
      }),
    )
  })

  it('is associative', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, (a, b, c) => {
        expect(combineTokens(combineTokens(a, b), c)).toEqual(combineTokens(a, combineTokens(b, c)))
      }),
    )
  })

  it('unites the scopes of two answers', () => {
    const both = combineTokens(
      { access: { scopes: ['a'], suppressScopes: ['x'] } },
      { access: { scopes: ['b', 'a'], suppressScopes: ['y'] } },
    )
    expect(both).toEqual({ access: { scopes: ['a', 'b'], suppressScopes: ['x', 'y'] } })
  })
})
