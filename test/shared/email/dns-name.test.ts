import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDnsName } from '../../../src/shared/email/address.ts'

// What the loop has to say, as one would write it if it were not for the time that engines take to compile it.
const SPECIFIED =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?!(?:\d+|0[Xx][\dA-Fa-f]*)$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

const pieces = fc.constantFrom('.', '-', 'a', 'Z', '0', '9', '0x', '0Xf', 'com', 'é', '\n', '_', 'a'.repeat(62), 'b'.repeat(63))
const almostNames = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))

describe('isDnsName', () => {
  it.each(['example.com', 'a.b', 'EXAMPLE.Com', 'a-b.c-d', '1.a', '3com.com', '0x.0xg', `${'a'.repeat(63)}.com`])('takes %s', (text) => {
    expect(isDnsName(text)).toBe(true)
  })

  it.each([
    ['one label', 'com'],
    ['no label', ''],
    ['an empty label', 'a..com'],
    ['a dot at its start', '.com'],
    ['a dot at its end', 'a.com.'],
    ['a hyphen at the start of a label', '-a.com'],
    ['a hyphen at the end of a label', 'a.com-'],
    ['a label of 64 characters', `${'a'.repeat(64)}.com`],
    ['a number for its last label', '127.0.0.1'],
    ['a hexadecimal number for its last label', 'a.0xFF'],
    ['the beginning of one', 'a.0x'],
    ['a line break at its end', 'a.com\n'],
    ['an underscore', 'a_b.com'],
  ])('takes nothing with %s', (_, text) => {
    expect(isDnsName(text)).toBe(false)
  })

  it('says of every text what its specification says', () => {
    fc.assert(
      fc.property(fc.oneof(almostNames, fc.domain(), fc.string({ unit: 'binary' })), (text) => {
        expect(isDnsName(text)).toBe(SPECIFIED.test(text))
      }),
      { numRuns: 2000 },
    )
  })
})
