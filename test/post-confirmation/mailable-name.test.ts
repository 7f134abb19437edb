import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mailableName } from '../../src/post-confirmation/mailable-name.ts'
import { spamNames } from '../support/spam-names.ts'

const named = (attributes: Record<string, string>) => mailableName({ attributes })

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
  ])('greets %s', (name) => {
    expect(named({ given_name: name })).toBe(name)
    expect(named({ name })).toBe(name)
  })

  it('greets a name whose accents stand apart with the accents joined to their letters', () => {
    expect(named({ given_name: 'Jose\u0301' })).toBe('José')
  })

  it('leaves out a name with any character that does not show', () => {
    const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
    const greeted: string[] = []
    for (let code = 0x21; code <= 0x10ffff; code += 1) {
      const char = String.fromCodePoint(code)
      if (unseen.test(char) && named({ name: `An${char}n` }) !== undefined) greeted.push(code.toString(16))
    }
    expect(greeted).toEqual([])
  })

  it.each(spamNames)('leaves out a name with $what', ({ name }) => {
    expect(named({ given_name: name })).toBeUndefined()
    expect(named({ name })).toBeUndefined()
  })

  it('judges names in ASCII as it judges all others', () => {
    const pieces = fc.constantFrom('A', 'z', ' ', "'", '-', '.', '1', 'b'.repeat(20))
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const text = parts.join('')
        const specified = /^(?=.{1,40}$)\p{L}{1,20}(?:[ '’-]\p{L}{1,20}){0,3}$/u
        expect(named({ name: text })).toBe(specified.test(text) ? text : undefined)
      }),
      { numRuns: 1000 },
    )
  })

  it('prefers the given name, and takes the whole one where the given one cannot be used', () => {
    expect(named({ given_name: 'Ann', name: 'Ann Example' })).toBe('Ann')
    expect(named({ given_name: 'evil.com', name: 'Ann Example' })).toBe('Ann Example')
    expect(named({ family_name: 'Example' })).toBeUndefined()
    expect(named({})).toBeUndefined()
  })

  it('lets nothing through that a mail client or a mail server reads as more than a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const name = named({ name: text })
        if (name === undefined) return
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{N}\p{S}.,:;!?@/\\<>&"{}()[\]]/u)
        expect([...name].length).toBeLessThanOrEqual(40)
      }),
    )
  })
})
