import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlainLocalPart } from '../../../src/shared/email/address.ts'

const SPECIFIED = /^(?!.*(?:=\?|\?=))[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*$/

describe('isPlainLocalPart', () => {
  it.each(['ann', 'Ann.Lee', 'a+news', "o'neill", 'a.b.c', '-', '#$&*/=^_?`{|}~'])('takes %s', (text) => {
    expect(isPlainLocalPart(text)).toBe(true)
  })

  it.each([
    '',
    '.ann',
    'ann.',
    'a..b',
    'a b',
    'a@b',
    'eve%evil.com',
    'evil.com!eve',
    '"ann"',
    'ann\n',
    'änn',
    '=?utf-8?q?x?=',
    'a=?b',
    'a?=b',
  ])('does not take %j', (text) => {
    expect(isPlainLocalPart(text)).toBe(false)
  })

  it('says of every text what its specification says', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 4 })
    fc.assert(
      fc.property(
        fc.oneof(
          ascii,
          fc.array(fc.oneof(ascii, fc.constant('.'))).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          expect(isPlainLocalPart(text)).toBe(SPECIFIED.test(text))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
