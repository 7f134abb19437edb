import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveVariables } from '../../../src/tools/project/variables.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

/** Replaces `<` and `>` by `${` and `}`, which TypeScript would interpolate. */
const put = (text: string): string => text.replaceAll('<', '${').replaceAll('>', '}')

const CONFIGURATION = {
  service: 'people',
  custom: {
    folder: 'dist',
    nested: { deep: [{ name: 'first' }] },
    copy: put('<self:custom.nested>'),
    stages: { dev: 'small', prod: 'large' },
    loop: put('<self:custom.pool>'),
    pool: put('<self:custom.loop>'),
  },
  params: { default: { level: 'info', list: put('<file(parts/list.yml)>') }, prod: { level: 'warn' } },
}
const FILES = {
  'parts/list.yml': put('- a\n- <self:service>\n'),
  'parts/map.json': JSON.stringify({ sub: { key: put('<self:custom.folder>/x') } }),
  'parts/text.txt': 'a line\n',
  'parts/program.js': 'module.exports = {}',
  'parts/broken.yml': 'a: [',
}

async function resolveText(text: string, environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const folder = await createFolder(FILES)
  const resolved = await resolveVariables({ ...CONFIGURATION, value: put(text) }, { folder, environment })
  return resolved instanceof Object ? Reflect.get(resolved, 'value') : undefined
}

describe('resolveVariables', () => {
  it.each([
    ['<self:custom.folder>/pre.handler', 'dist/pre.handler'],
    ['<self:custom.nested.deep.0.name>', 'first'],
    ['<self:custom.copy.deep>', [{ name: 'first' }]],
    ['<self:custom.stages.<sls:stage>>', 'small'],
    ["<self:custom.none, 'fallback'>", 'fallback'],
    ["<self:custom.none, 'a, b'>", 'a, b'],
    ['<self:custom.none, self:service>', 'people'],
    ['<self:custom.none, <self:service>>', 'people'],
    ['<self:custom.none, 5>', 5],
    ['<self:custom.none, false>', false],
    ["<opt:stage, 'test'>", 'test'],
    ["<env:NAME, 'none'>", 'from the shell'],
    ["<env:NONE, 'none'>", 'none'],
    ['<param:level>', 'info'],
    ["<param:none, 'off'>", 'off'],
    ['<param:list>', ['a', 'people']],
    ['<file(parts/map.json):sub.key>', 'dist/x'],
    ['<file(./parts/list.yml)>', ['a', 'people']],
    ['<file(parts/text.txt)>', 'a line'],
    ['<self:service>-<sls:stage>-x', 'people-dev-x'],
  ])('resolves %s', async (text, expected) => {
    expect(await resolveText(text, { NAME: 'from the shell' })).toEqual(expected)
  })

  it.each([
    '<ssm:/people/folder>',
    "<ssm:/people/folder, 'fallback'>",
    '<cf:stack.Output>',
    '<aws:accountId>',
    '<file(parts/program.js):functions>',
    '<file(parts/broken.yml)>',
    '<file(parts/none.yml)>',
    '<self:custom.none>',
    '<env:NONE>',
    '<self:custom.loop>',
    'x-<self:custom.nested>',
    '<AWS::Region>',
    '<Table>',
    '<Table.Arn>',
  ])('leaves the text of %s', async (text) => {
    expect(await resolveText(text)).toBe(put(text))
  })

  it('resolves the variables beside one that stays unknown', async () => {
    expect(await resolveText('<self:service>-<ssm:/x>-<self:custom.folder>')).toBe(put('people-<ssm:/x>-dist'))
  })

  it('ends for any text of variables', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      'self:',
      'custom',
      '.',
      ',',
      "'",
      'a',
      'param:level',
      'self:value',
      'file(',
      ')',
      ':',
      'parts/list.yml',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
        const root = { ...CONFIGURATION, value: put(pieces.join('')) }
        await expect(resolveVariables(root, { folder: '/none', environment: {} })).resolves.toBeDefined()
      }),
      { numRuns: 300 },
    )
  })

  it('stops at variables that double their text at each level', async () => {
    const levels = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${at}`, put(`<self:l${at + 1}><self:l${at + 1}>`)]))
    await expect(resolveVariables({ ...levels, l40: 'x' }, { folder: '/none', environment: {} })).resolves.toBeDefined()
  }, 20_000)
})
