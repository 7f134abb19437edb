import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mailableName } from '../../../src/shared/messages/mailable-name.ts'
import { spamNames } from '../../support/spam-names.ts'

const greet = (attributes: Record<string, string>) => mailableName({ attributes })

describe('mailableName', () => {
  it.each([
    'Ann',
    'Anne-Marie',
    "O'Brien",
    'D’Artagnan',
    'José',
    'Weiß',
    'Παύλος',
    'สมชาย ใจดี',
    'María del Carmen Ruiz',
    'Nguyễn Thị Minh Khai',
    '李小龍',
    'Ольга',
    'محمد',
    'दीपिका',
    'ß',
    'A'.repeat(20),
    '東海林太郎',
    'Dot',
  ])('accepts the name %s', (name) => {
    expect(greet({ given_name: name })).toBe(name)
    expect(greet({ name })).toBe(name)
  })

  it('composes combining accents with their letters (NFC)', () => {
    expect(greet({ given_name: 'Jose\u0301' })).toBe('José')
  })

  it('rejects a name with an invisible character', () => {
    const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
    const accepted: string[] = []
    for (let code = 0x21; code <= 0x10ffff; code += 1) {
      const char = String.fromCodePoint(code)
      if (unseen.test(char) && greet({ name: `An${char}n` }) !== undefined) accepted.push(code.toString(16))
    }
    expect(accepted).toEqual([])
  })

  it.each(spamNames)('rejects a name with $what', ({ name }) => {
    expect(greet({ given_name: name })).toBeUndefined()
    expect(greet({ name })).toBeUndefined()
  })

  it('applies the same limits to ASCII names as to all other names', () => {
    const pieces = fc.constantFrom('A', 'z', ' ', "'", '-', '.', '1', 'b'.repeat(20))
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const text = parts.join('')
        const specified = /^(?=.{1,40}$)\p{L}{1,20}(?:[ '’-]\p{L}{1,20}){0,3}$/u
        expect(greet({ name: text })).toBe(specified.test(text) ? text : undefined)
      }),
      { numRuns: 1000 },
    )
  })

  it('prefers the given name, and falls back to the full name', () => {
    expect(greet({ given_name: 'Ann', name: 'Ann Example' })).toBe('Ann')
    expect(greet({ given_name: 'evil.com', name: 'Ann Example' })).toBe('Ann Example')
    expect(greet({ family_name: 'Example' })).toBeUndefined()
    expect(greet({})).toBeUndefined()
  })

  it('returns no digits, symbols or punctuation that a mail client or server may interpret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const name = greet({ name: text })
        if (name === undefined) return
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{N}\p{S}.,:;!?@/\\<>&"{}()[\]]/u)
        expect([...name].length).toBeLessThanOrEqual(40)
      }),
    )
  })
})
