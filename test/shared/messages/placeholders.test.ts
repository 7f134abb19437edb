import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPlaceholders, toOneLine, withoutSections } from '../../../src/shared/messages/placeholders.ts'
import { runs } from '../../support/runs.ts'

const fill = (text: string, values: Readonly<Record<string, string>>) =>
  fillPlaceholders(text, { isOptional: (key) => key === 'name', read: (key) => values[key] })

/** The parts of a text: plain text, placeholders and sections. Plain text may hold single braces. */
const plain = fc.string({ unit: fc.constantFrom('a', ' ', '{', '}', '#', '/', '\n', '$', '&') }).map((text) => text.replace(/\{{2,}/g, '{'))
const code = fc.constant({ text: '{{code}}', named: '123456', unnamed: '123456' })
const literal = plain.map((text) => ({ text, named: text, unnamed: text }))
const section = plain.map((text) => ({ text: `{{#name}}${text} {{name}}{{/name}}`, named: `${text} Ann`, unnamed: '' }))
// A space separates the parts, so that the braces of two parts cannot form a placeholder.
const parts = fc.array(fc.oneof(literal, code, section), { maxLength: 8 })
const join = (given: readonly Readonly<Record<'text' | 'named' | 'unnamed', string>>[], key: 'text' | 'named' | 'unnamed') =>
  given.map((part) => part[key]).join(' ')

describe('fillPlaceholders', () => {
  it('fills in placeholders and leaves out sections without a value, in every text', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(fill(join(given, 'text'), { code: '123456', name: 'Ann' })).toBe(join(given, 'named'))
        expect(fill(join(given, 'text'), { code: '123456' })).toBe(join(given, 'unnamed'))
      }),
      { numRuns: runs(200) },
    )
  })

  it('inserts every value literally', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(fill('a{{code}}b{{#name}}{{name}}{{/name}}', { code: value, name: value })).toBe(`a${value}b${value}`)
      }),
      { numRuns: runs(200) },
    )
  })
})

describe('withoutSections', () => {
  it('removes all sections', () => {
    expect(withoutSections('{{code}} {{#name}}{{username}}{{/name}} {{link}}{{#city}}x{{/city}}')).toBe('{{code}}  {{link}}')
    expect(withoutSections('{{code}}')).toBe('{{code}}')
  })
})

describe('toOneLine', () => {
  it('replaces line breaks by one space, and removes them at both ends', () => {
    expect(toOneLine('\r\nVienna\r\nBcc: eve@evil.com\u2028x\0')).toBe('Vienna Bcc: eve@evil.com x')
  })
})
