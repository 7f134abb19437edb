import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isIdentifier } from '../../../src/shared/rules/outcome.ts'
import { isKebabCase } from '../../../src/shared/rules/rule.ts'

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*$/
const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const almost = fc.array(fc.constantFrom('a', 'Z', '0', '-', '_', '.', ' ', 'é', '\n'), { maxLength: 6 }).map((parts) => parts.join(''))
const texts = fc.oneof(almost, fc.string({ unit: 'binary', maxLength: 6 }))

describe('isIdentifier', () => {
  it.each([
    ['domain-not-allowed', true],
    ['Invite.expired2', true],
    ['', false],
    ['2fa', false],
    ['a--b', false],
    ['a-', false],
  ])('isIdentifier(%j) returns %j', (text, expected) => {
    expect(isIdentifier(text)).toBe(expected)
  })

  it('isIdentifier returns the same as the regular expression for random strings', () => {
    fc.assert(
      fc.property(texts, (text) => isIdentifier(text) === IDENTIFIER.test(text)),
      { numRuns: 2000 },
    )
  })
})

describe('isKebabCase', () => {
  it('isKebabCase returns the same as the regular expression for random strings', () => {
    fc.assert(
      fc.property(texts, (text) => isKebabCase(text) === KEBAB_CASE.test(text)),
      { numRuns: 2000 },
    )
  })
})
