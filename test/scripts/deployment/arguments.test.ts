import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { packagingArguments, unfitLines } from '../../../scripts/deployment/arguments.ts'

/** The commands of osls, each with its options. */
const schemas: ReadonlyMap<string, { readonly options: Readonly<Record<string, { readonly type: string }>> }> = createRequire(
  import.meta.url,
)('osls/lib/cli/commands-schema/index.js')

describe('the arguments of npm run deploy', () => {
  it('are taken for packaging too, but for what belongs to the deployment alone', () => {
    const both = ['--stage', 'prod', '-r', 'eu-west-1', '--param=logLevel=debug', '--minify-template', '-p', 'packaged', '--verbose']
    expect(packagingArguments(['--force', ...both, '--no-conceal'])).toEqual(both)
    expect(unfitLines('deploy', ['--force', ...both])).toEqual([])
  })

  it('hold none that osls package would not understand', () => {
    const options = (command: string): readonly string[] => Object.keys(schemas.get(command)?.options ?? {})
    const known = options('package')
    const more = options('deploy').filter((name) => !known.includes(name))
    expect(more).toContain('force')
    for (const name of more) {
      for (const arg of [`--${name}`, `--no-${name}`]) {
        expect({ arg, packaging: unfitLines('deploy', [arg]).length === 0 ? packagingArguments([arg]) : [] }).toEqual({
          arg,
          packaging: [],
        })
      }
    }
  })

  it.each([
    [['list', 'functions']],
    [['list', '--stage', 'prod']],
    [['--stage', 'prod', 'list']],
    [['--stage=prod', 'list']],
    [['--verbose', 'list']],
    [['--no-force', 'list']],
    [['-v', '--stage', 'prod', '--param', 'a=b', 'list']],
  ])('name no other command of osls: %j', (args) => {
    expect(unfitLines('deploy', args)).toEqual([
      'deploy takes options alone, and not list. Without any check there is: npx osls deploy list',
    ])
  })

  it('are flags without a value where osls says so', () => {
    const flags = Object.entries({ ...schemas.get('deploy')?.options }).filter(([, { type }]) => type === 'boolean')
    for (const [name] of flags.filter(([name]) => name !== 'help' && name !== 'version'))
      expect({ name, lines: unfitLines('deploy', [`--${name}`, 'list']) }).toEqual({ name, lines: [expect.stringContaining('not list')] })
  })

  it('ask for nothing that is done while osls packages for a deployment', () => {
    expect(unfitLines('deploy', ['--stage', 'prod', '--aws-s3-accelerate'])).toEqual([
      'osls packages with --aws-s3-accelerate only while it deploys. Without any check there is: npx osls deploy --aws-s3-accelerate',
    ])
    // Of osls package it is no option at all, which that says itself.
    expect(unfitLines('package', ['--aws-s3-accelerate'])).toEqual([])
  })
})
