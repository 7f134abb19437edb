import { describe, expect, it } from 'vitest'
import { formatHelp } from '../../../src/tools/cli/help.ts'
import { lifeguard } from '../../support/cli/lifeguard.ts'

describe('formatHelp', () => {
  it('separates sections by blank lines, and aligns descriptions', () => {
    expect(
      formatHelp([
        'Do something.',
        { title: 'Usage', lines: ['lifeguard do FILE'] },
        {
          title: 'Options',
          entries: [
            ['--out FILE', 'write to this file'],
            ['--json', 'print JSON'],
          ],
        },
      ]),
    ).toEqual([
      'Do something.',
      '',
      'Usage:',
      '  lifeguard do FILE',
      '',
      'Options:',
      '  --out FILE  write to this file',
      '  --json      print JSON',
    ])
  })

  it('wraps paragraphs and descriptions at 100 columns', () => {
    expect(formatHelp(['word '.repeat(30).trim(), { title: 'Options', entries: [['--json', 'word '.repeat(30).trim()]] }])).toEqual([
      'word '.repeat(20).trim(),
      'word '.repeat(10).trim(),
      '',
      'Options:',
      `  --json  ${'word '.repeat(18).trim()}`,
      `          ${'word '.repeat(12).trim()}`,
    ])
  })

  it('puts the description on the next line if its term is long', () => {
    const entries = [
      ['--json', 'print JSON'],
      ['--an-option-with=A-LONG-VALUE', 'use this value'],
    ] as const

    expect(formatHelp([{ title: 'Options', entries }])).toEqual([
      'Options:',
      '  --json  print JSON',
      '  --an-option-with=A-LONG-VALUE',
      '          use this value',
    ])
  })
})

describe('the help of lifeguard', () => {
  it.each([
    '',
    'replay',
    'explain',
    'block',
    'unblock',
    'blocked',
    'effects',
    'invite',
    'domains',
    'precompile',
    'preview',
    'attach',
    'doctor',
    'init',
  ])('prints help that begins with a verb, ends with an example and has at most 100 columns: %s', async (command) => {
    const { code, stdout, stderr } = await lifeguard([...(command === '' ? [] : [command]), '--help'])

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^(?:Test|Replay|Show|Write|List|Build|Make|Attach|Create|Find|Block|Remove)\b/)
    expect(stdout).toMatch(new RegExp(`\n\nExample:\n(?:  .*\n)*  lifeguard ${command}.*\n(?:  .*\n)*$`))
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})
