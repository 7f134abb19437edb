import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../../src/tools/doctor/glob.ts'
import { UsageError } from '../../../src/tools/lib/errors.ts'
import { createConditionReader, listBranches, resolveValue } from '../../../src/tools/project/conditions.ts'
import { toSymbolic } from '../../../src/tools/project/symbolic.ts'
import { readTemplate } from '../../../src/tools/project/template.ts'
import { readYaml } from '../../../src/tools/project/yaml-values.ts'

/** Creates an `Fn::Sub`. The text has `<` and `>` for `${` and `}`, which TypeScript would interpolate. */
const sub = (text: string): object => ({ 'Fn::Sub': text.replaceAll('<', '${').replaceAll('>', '}') })

describe('readYaml', () => {
  it('reads any JSON that has no merge keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('"<<"') && !text.includes('__proto__'))
        expect(readYaml('any', text).value).toEqual(JSON.parse(text))
      }),
    )
  })

  it('reads any string, or throws a UsageError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-!&*:{}[\],'"|>#%@ \nA-Ca-c0-9]*$/)), (text) => {
        try {
          readTemplate('any', text)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })

  it.each([
    ['!Ref A', { Ref: 'A' }],
    ['!GetAtt A.B.C', { 'Fn::GetAtt': ['A', 'B.C'] }],
    ['!GetAtt [A, B]', { 'Fn::GetAtt': ['A', 'B'] }],
    [`!Sub "a\${B}"`, { 'Fn::Sub': `a\${B}` }],
    ['!Join [":", [a, !Ref B]]', { 'Fn::Join': [':', ['a', { Ref: 'B' }]] }],
    ['!Condition A', { Condition: 'A' }],
    ['!Unheard { A: 1 }', { 'Fn::Unheard': { A: 1 } }],
    ['2012-10-17', '2012-10-17'],
  ])('expands the short form %s to the long form', (text, value) => {
    expect(readYaml('any', text).value).toEqual(value)
  })

  it('resolves an alias to the last anchor before the alias, also inside another alias', () => {
    const text = '- &a 1\n- &b [*a]\n- &a 2\n- *b\n- *a\n'

    expect(readYaml('any', text).value).toEqual([1, [1], 2, [1], 2])
  })

  it.each([
    ['a duplicate key', '{"A": 1, "A": 2}', 'any: invalid JSON or YAML: duplicate key A (line 1)'],
    ['an alias without an anchor', 'A: 1\nB: *gone\n', 'any: invalid JSON or YAML: the alias *gone has no anchor &gone before it (line 2)'],
    ['a key that is a list', '? [A]\n: 1\n', 'any: invalid JSON or YAML: a key is a list or a map; expected a string (line 1)'],
    [
      'text after the value',
      '{"A": 1}\n}',
      'any: invalid JSON or YAML: Unexpected flow-map-end token in YAML stream: "}" (line 2, column 1)',
    ],
  ])('rejects %s, with the line number', (_, text, message) => {
    expect(() => readYaml('any', text)).toThrow(new UsageError(message))
  })

  it('returns the line of a path, or the line of the nearest parent if the path does not exist', () => {
    const { line } = readYaml('any', 'A:\n  B:\n    - C\n    - !If\n      - D\n  E: 1\n')
    expect([['A', 'E'], ['A', 'B', 0], ['A', 'B', 1, 0], ['A', 'B', 7], ['A', 'F'], ['G']].map(line)).toEqual([6, 3, 5, 2, 1, undefined])
  })
})

describe('toSymbolic', () => {
  it.each([
    [undefined, undefined],
    [30, '30'],
    [{ Ref: 'A' }, '<A>'],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, '<A.Arn>'],
    [{ 'Fn::GetAtt': 'A.Arn' }, '<A.Arn>'],
    [sub('x<A.Arn>/y'), 'x<A.Arn>/y'],
    [{ 'Fn::Sub': [`x\${B}`, { B: { Ref: 'A' } }] }, 'x<A>'],
    [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':x']] }, 'arn:<AWS::Partition>:x'],
    [{ 'Fn::Select': [0, ['a']] }, '<?{"Fn::Select":[0,["a"]])>'],
  ])('converts %j to a string with placeholders', (value, text) => {
    expect(toSymbolic(value)).toBe(text?.replaceAll('<', '${').replaceAll('>', '}'))
  })
})

describe('matchesGlob', () => {
  it('returns the same result as the equivalent regular expression', () => {
    const text = fc.stringMatching(/^[ab*?]{0,8}$/)
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const expression = pattern.replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesGlob(pattern, value)).toBe(new RegExp(`^${expression}$`).test(value))
      }),
    )
  })

  it('compares a string with a pattern of 2,000 stars, without exponential time', () => {
    expect(matchesGlob('*a'.repeat(2000).concat('b'), 'a'.repeat(4000))).toBe(false)
  })
})

describe('the conditions of a template', () => {
  const mappings = { Sizes: { prod: { Memory: 512, Zones: ['a', 'b'] } } }
  const holds = createConditionReader(
    {
      Yes: { 'Fn::Equals': ['a', 'a'] },
      No: { 'Fn::Equals': ['a', ''] },
      Open: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      NotOpen: { 'Fn::Not': [{ Condition: 'Open' }] },
      NotYes: { 'Fn::Not': [{ Condition: 'Yes' }] },
      AndNo: { 'Fn::And': [{ Condition: 'Open' }, { Condition: 'No' }] },
      AndOpen: { 'Fn::And': [{ Condition: 'Open' }, { Condition: 'Yes' }] },
      OrYes: { 'Fn::Or': [{ Condition: 'Open' }, { Condition: 'Yes' }] },
      OrOpen: { 'Fn::Or': [{ Condition: 'Open' }, { Condition: 'No' }] },
      Same: { 'Fn::Equals': [{ Ref: 'Stage' }, { Ref: 'Stage' }] },
      Round: { 'Fn::Not': [{ Condition: 'Round' }] },
      Mapped: { 'Fn::Equals': [{ 'Fn::FindInMap': ['Sizes', 'prod', 'Memory'] }, 512] },
    },
    mappings,
  )
  const lookups = { holds, mappings }

  it.each([
    ['Yes', true],
    ['No', false],
    ['Open', 'unknown'],
    ['NotOpen', 'unknown'],
    ['NotYes', false],
    ['AndNo', false],
    ['AndOpen', 'unknown'],
    ['OrYes', true],
    ['OrOpen', 'unknown'],
    ['Same', true],
    ['Round', 'unknown'],
    ['Unheard', 'unknown'],
    ['Mapped', true],
  ])('evaluates the condition %s to %s', (name, expected) => {
    expect(holds(name)).toBe(expected)
  })

  it('replaces Fn::If by a branch only if the condition is known', () => {
    const none = { Ref: 'AWS::NoValue' }
    expect(
      resolveValue({ a: { 'Fn::If': ['No', 1, 2] }, b: { 'Fn::If': ['Yes', none, 1] }, c: [{ 'Fn::If': ['No', 1, none] }, 3] }, lookups),
    ).toEqual({
      a: 2,
      c: [3],
    })
    expect(resolveValue({ 'Fn::If': ['Open', 1, 2] }, lookups)).toEqual({ 'Fn::If': ['Open', 1, 2] })
    expect(resolveValue({ 'Fn::If': ['Open', none, 2] }, lookups)).toEqual({ 'Fn::If': ['Open', none, 2] })
  })

  it.each([
    [{ 'Fn::FindInMap': ['Sizes', 'prod', 'Memory'] }, 512],
    [{ 'Fn::FindInMap': ['Sizes', { 'Fn::If': ['Yes', 'prod', 'dev'] }, 'Memory'] }, 512],
    [{ 'Fn::Select': [1, { 'Fn::FindInMap': ['Sizes', 'prod', 'Zones'] }] }, 'b'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['-', 'a-b'] }] }, 'b'],
  ])('looks up %j', (value, expected) => {
    expect(resolveValue(value, lookups)).toEqual(expected)
  })

  it.each([
    { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Memory'] },
    { 'Fn::FindInMap': ['Sizes', 'dev', 'Memory'] },
    { 'Fn::Select': [{ Ref: 'Zone' }, ['a', 'b']] },
    { 'Fn::Select': [1, [{ 'Fn::If': ['Open', 'a', { Ref: 'AWS::NoValue' }] }, 'b', 'c']] },
    { 'Fn::Split': ['-', { Ref: 'Stage' }] },
  ])('keeps %j, which depends on the deployment', (value) => {
    expect(resolveValue(value, lookups)).toEqual(value)
  })

  it('lists the branches of nested Fn::Ifs, and reports too many as one unknown value', () => {
    const none = { Ref: 'AWS::NoValue' }
    const nested = { 'Fn::If': ['Open', 1, { 'Fn::If': ['NotOpen', 2, none] }] }
    const deep = Array.from({ length: 100 }).reduce((inner: unknown) => ({ 'Fn::If': ['Open', inner, inner] }), 1)

    expect(listBranches(nested).map(({ value }) => value)).toEqual([1, 2, undefined])
    expect(listBranches(deep)).toEqual([{ value: deep, conditional: false }])
    expect(listBranches(7)).toEqual([{ value: 7, conditional: false }])
  })
})
