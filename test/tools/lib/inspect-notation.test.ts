import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { NotationError, parseNotation } from '../../../src/tools/lib/inspect-notation.ts'

describe('parseNotation', () => {
  it.each([
    [{}],
    [[]],
    [{ version: '1', nothing: null, yes: true, no: false, n: -1.5, big: 1e21, list: [1, [2, 'three'], {}] }],
    [{ 'cognito:user_status': 'CONFIRMED', 'custom:a b': '', $id: 1, 'quo"te': 1 }],
    [{ one: "it's", two: 'a "b" it\'s', three: 'a "b" `c` it\'s', line: 'a\nb\tc\r\b\f\v', back: '\\n\\', nul: '\0\u001b\u007f' }],
    [{ text: '{ not: an object }, [1]', lone: '\ud83d', emoji: '😀', long: 'x'.repeat(500) }],
    [{ many: Array.from({ length: 90 }, (_, index) => index), deep: { deep: { value: 1 } } }],
    ['text'],
    [5],
  ])('reads what console.log and JSON.stringify print for %j', (value) => {
    expect(parseNotation(inspect(value, { depth: 9 })).value).toEqual(value)
    expect(parseNotation(JSON.stringify(value)).value).toEqual(value)
    expect(parseNotation(JSON.stringify(value, null, 2)).value).toEqual(value)
  })

  it('leaves out undefined properties, and reads an undefined item as null, like JSON', () => {
    const value = { a: undefined, b: [undefined, 1], c: 10n }
    expect(parseNotation(inspect(value)).value).toEqual({ b: [null, 1], c: 10 })
  })

  it('reads an object without a prototype', () => {
    const value = Object.assign(Object.create(null), { a: Object.assign(Object.create(null), { b: 1 }) })
    expect(parseNotation(inspect(value)).value).toEqual({ a: { b: 1 } })
  })

  it('reads __proto__ as an ordinary property', () => {
    const { value } = parseNotation("{ ['__proto__']: 1 }".replace(/[[\]]/g, ''))
    expect(Object.keys(Object(value))).toEqual(['__proto__'])
  })

  it('returns the position after the value', () => {
    expect(parseNotation('a { b: 1 } c', 2)).toEqual({ value: { b: 1 }, end: 10 })
  })

  it.each([
    ['a nested object', { a: { b: { c: { d: 1 } } } }, '[Object]'],
    ['a nested array', { a: { b: { c: [1] } } }, '[Array]'],
    ['a long array', Array(101).fill(1), '... 1 more'],
    ['a long text', 'x'.repeat(10_001), '... 1 more'],
  ])('reports that %s was cut off', (_, value, mark) => {
    const text = inspect(value)
    const parse = (): unknown => parseNotation(text.startsWith("'") ? `{ a: ${text} }` : text)
    expect(parse).toThrow(new NotationError(`cut off at '${mark}'`, true))
  })

  it.each([
    '',
    '{',
    '{a}',
    '{a:}',
    '{a:1,}',
    '{a:1 b:2}',
    '[1,]',
    "'a",
    '{ a: process.exit() }',
    '{ a: x }',
    '{ a: 1..2 }',
    '{ [a]: 1 }',
    '[ <1 empty item> ]',
  ])('rejects %s', (text) => {
    expect(() => parseNotation(text)).toThrow(NotationError)
  })

  it('rejects a value that is nested too deep', () => {
    expect(() => parseNotation('['.repeat(100_000))).toThrow('nested more than 200 levels deep')
  })
})
