import { Writable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPart, type Line, renderLines, renderRedrawn } from '../../../src/tools/cli/io.ts'
import { escapeText } from '../../../src/tools/cli/text.ts'

/** Creates a stream. With `isTTY`, it acts as a terminal with colours, and otherwise as a file. */
const stream = (isTTY: boolean): NodeJS.WritableStream => Object.assign(new Writable(), { isTTY, getColorDepth: () => 24 })

describe('escapeText', () => {
  it.each([
    ['C0 controls', '\u0000\u001b[31m\u0007', '\\u0000\\u001b[31m\\u0007'],
    ['line breaks and tabs', 'a\r\n\tb\u2028c\u2029', 'a\\r\\n\\tb\\u2028c\\u2029'],
    ['DEL and C1 controls', '\u007f\u0080\u009b\u009f', '\\u007f\\u0080\\u009b\\u009f'],
    ['bidirectional controls', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069', '\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff', '\\u200b\\u200c\\u200d\\u2060\\ufeff'],
    ['invisible letters and variation selectors', '\u115f\u3164\uffa0\u034f\ufe0f', '\\u115f\\u3164\\uffa0\\u034f\\ufe0f'],
    ['tags, as a pair of surrogates', '\u{e0041}', '\\udb40\\udc41'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
  ])('escapes %s', (_, text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
  })

  it('keeps visible characters', () => {
    const text = ' ~ It’s «ß» 日本語 🙂 \\u001b é e\u0301'

    expect(escapeText(text)).toBe(text)
  })

  it('does not change text that is already escaped', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => escapeText(escapeText(text)) === escapeText(text)))
  })

  it('escapes JSON without changing its parsed value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        isDeepStrictEqual(JSON.parse(escapeText(JSON.stringify(value))), JSON.parse(JSON.stringify(value))),
      ),
    )
    const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
    expect(JSON.parse(escapeText(JSON.stringify(all)))).toEqual(all)
  })
})

describe('renderLines', () => {
  const lines: readonly Line[] = ['a\nb', createPart('red', '\u001b[2J'), ['c', createPart('bold', '\r'), '']]

  it('ends each line with a line break, adds styles, and escapes control characters inside the text', () => {
    expect(renderLines(lines, stream(false))).toBe('a\\nb\n\\u001b[2J\nc\\r\n')
    expect(renderLines(lines, stream(true))).toBe('a\\nb\n\u001b[31m\\u001b[2J\u001b[39m\nc\u001b[1m\\r\u001b[22m\n')
  })

  it('renderRedrawn escapes the text of the new line', () => {
    expect(renderRedrawn('\u001b[2J')).toBe('\r\u001b[2K\\u001b[2J')
  })
})
