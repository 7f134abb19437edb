import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { packagingArguments, unfitLines } from '../../../scripts/deployment/arguments.ts'

/** The osls commands, by name, with the options of each. */
const schemas: ReadonlyMap<string, { readonly options: Readonly<Record<string, { readonly type: string }>> }> = createRequire(
  import.meta.url,
)('osls/lib/cli/commands-schema/index.js')

describe('npm run deploy', () => {
  it('npm run deploy passes its options to osls package, except the options that only osls deploy accepts', () => {
    const both = ['--stage', 'prod', '-r', 'eu-west-1', '--param=logLevel=debug', '--minify-template', '-p', 'packaged', '--verbose']
    expect(packagingArguments(['--force', ...both, '--no-conceal'])).toEqual(both)
    expect(unfitLines('deploy', ['--force', ...both])).toEqual([])
  })

  it('npm run deploy never passes osls package an option that only osls deploy accepts', () => {
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
  ])('rejects arguments that name an osls subcommand: %j', (args) => {
    expect(unfitLines('deploy', args)).toEqual([
      "deploy accepts only options, not 'list'. To run osls without checks: npx osls deploy list",
    ])
  })

  it('treats all boolean options of osls as options without a value', () => {
    const flags = Object.entries({ ...schemas.get('deploy')?.options }).filter(([, { type }]) => type === 'boolean')
    for (const [name] of flags.filter(([name]) => name !== 'help' && name !== 'version'))
      expect({ name, lines: unfitLines('deploy', [`--${name}`, 'list']) }).toEqual({ name, lines: [expect.stringContaining("not 'list'")] })
  })

  it('npm run deploy rejects --aws-s3-accelerate, because the option has no effect on a package that is already built', () => {
    expect(unfitLines('deploy', ['--stage', 'prod', '--aws-s3-accelerate'])).toEqual([
      '--aws-s3-accelerate does not work with a package that is built before the deployment. To run osls without checks: npx osls deploy --aws-s3-accelerate',
    ])
    // For `osls package`, unfitLines accepts the option, because `osls package` itself rejects it.
    expect(unfitLines('package', ['--aws-s3-accelerate'])).toEqual([])
  })
})
