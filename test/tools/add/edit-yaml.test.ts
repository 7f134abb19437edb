import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { addToYaml } from '../../../src/tools/add/edit-yaml.ts'

const CONFIGURATION = `# The shop.
service: shop
provider: { name: aws, runtime: nodejs24.x } # fixed

functions:
  # The public API.
  api:
    handler: api.handler # text
    description: |
      two
      lines

  # Nightly.
  clean: { handler: clean.handler }

resources:
  - Resources: {}
  - Resources:
      Topic: { Type: AWS::SNS::Topic }
custom:
`

describe('addToYaml', () => {
  it.each([
    [
      'an entry of a block map',
      ['functions'],
      { a: { handler: 'a.b' } },
      '  a:\n    handler: a.b\n',
      '  clean: { handler: clean.handler }\n',
    ],
    [
      'an item of a list',
      ['resources'],
      [{ Resources: { A: 1 } }],
      '  - Resources:\n      A: 1\n',
      '      Topic: { Type: AWS::SNS::Topic }\n',
    ],
    ['a missing map', ['package', 'patterns'], ['a'], 'package:\n  patterns:\n    - a\n', 'custom:\n'],
    ['a map without a value', ['custom'], { a: 1 }, '  a: 1\n', 'custom:\n'],
    ['an item inside a list', ['resources', 1, 'Resources'], { A: 1 }, '      A: 1\n', '      Topic: { Type: AWS::SNS::Topic }\n'],
  ])('adds %s, and keeps the other text', (_, path, value, added, before) => {
    expect(addToYaml(CONFIGURATION, path, value)).toBe(CONFIGURATION.replace(before, `${before}${added}`))
  })

  it('adds to a flow map, and keeps its comment', () => {
    const edited = addToYaml(CONFIGURATION, ['provider', 'iam', 'statements'], ['a'])
    expect(edited).toContain('provider: { name: aws, runtime: nodejs24.x, iam: {"statements":["a"]} } # fixed\n')
  })

  it.each([
    ['a variable', 'functions: x\n', ['functions'], { a: 1 }],
    ['a list that gets an entry of a map', 'functions: { a: [] }\n', ['functions', 'a', 'b'], { a: 1 }],
    ['a map that gets an item of a list', 'functions: {}\n', ['functions'], ['a']],
    ['invalid YAML', 'a: [\n', ['a'], ['b']],
  ])('returns undefined for %s', (_, text, path, value) => {
    expect(addToYaml(text, path, value)).toBeUndefined()
  })

  it('adds a line break to a text without one at its end', () => {
    expect(addToYaml('a:\n  b: 1', ['a'], { c: 2 })).toBe('a:\n  b: 1\n  c: 2\n')
  })

  it('adds exactly the value to any document', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/)
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, scalar, fc.dictionary(key, tie('tree'), { noNullPrototype: true })),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, noNullPrototype: true }), fc.boolean(), (root, isFlow) => {
        const text = isFlow ? JSON.stringify(root) : stringify(root)
        const edited = addToYaml(text, ['zz-added'], { child: [1] })
        expect(parse(edited ?? '')).toEqual({ ...root, 'zz-added': { child: [1] } })
      }),
    )
  })
})
