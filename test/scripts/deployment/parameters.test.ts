import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readParameters, unknownParameterLines } from '../../../scripts/deployment/parameters.ts'
import { repository } from '../../support/built.ts'

const known = (names: readonly string[]): { readonly read: ReadonlySet<string>; readonly set: readonly string[] } => ({
  read: new Set(names),
  set: [],
})

describe('parameters of this repository', () => {
  it.each([
    ['serverless.yml', 'userPoolName'],
    ['serverless.existing-pool.yml', 'userPoolId'],
  ])('docs/reference/settings.md lists the parameters of %s, of which only %s names the user pool', async (config, ofPool) => {
    const parameters = await readParameters(repository, config)
    const guide = await readFile(join(repository, 'docs/reference/settings.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| (`[a-z]\w+`(?:, `\w+`)*) \| (`[A-Z_]+`(?:, `[A-Z_]+`)*)? ?\|/gm)]
    const listed = rows.flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
    expect([...(parameters?.read ?? [])].toSorted()).toEqual(
      listed.filter((name) => !name.startsWith('userPool') || name === ofPool).toSorted(),
    )
    expect(parameters?.set).toEqual(['deletionProtection'])
  })

  it('the error for an unknown parameter lists the known parameters', () => {
    expect(
      unknownParameterLines(['alowedEmailDomains', 'logLevel'], { ...known(['logLevel', 'allowedEmailDomains']), set: ['tracking'] }),
    ).toEqual([
      "Unknown parameter 'alowedEmailDomains'",
      "Unknown parameter 'tracking'",
      'Parameters of this service: allowedEmailDomains, logLevel',
    ])
    expect(unknownParameterLines(['logLevel'], known(['logLevel']))).toEqual([])
  })
})

describe('readParameters', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifeguard-parameters-'))
    await mkdir(join(folder, 'deploy'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const read = async (files: Readonly<Record<string, string>>): ReturnType<typeof readParameters> => {
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
    return readParameters(folder, 'serverless.yml')
  }

  it('readParameters returns the parameters of all files, even if a file includes itself', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${param:one}\nb: \${param:two, 'none'}\nc: \${file(deploy/a.yml)}\nparams: { dev: { three: 3 } }`,
      'deploy/a.yml': `d: !Sub x/\${param:four}\ne: \${file(deploy/a.yml)}`,
    })
    expect(parameters).toEqual({ read: new Set(['one', 'two', 'four']), set: ['three'] })
  })

  it('if the configuration includes only a part of a file, readParameters does not read the files that this file includes', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${file(deploy/b.yml):functions}`,
      'deploy/b.yml': `functions: { a: "\${param:five}", b: "\${file(deploy/none.yml)}" }`,
    })
    expect(parameters).toEqual({ read: new Set(['five']), set: [] })
  })

  it('readParameters returns the parameters that a program and its required files read', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${file(deploy/c.cjs):functions}`,
      'deploy/c.cjs': `const d = require('./d.cjs')\nresolveVariable('param:six')\nresolveVariable('file(deploy/none.yml)')`,
      'deploy/d.cjs': `exports.d = '\${param:seven}'`,
    })
    expect(parameters).toEqual({ read: new Set(['six', 'seven']), set: [] })
  })

  it.each([
    ['a file is missing', `a: \${file(deploy/none.yml)}`],
    ['the name of a file is computed', `a: \${file(deploy/\${sls:stage}.yml)}`],
    ['the name of a parameter is computed', `a: \${param:\${sls:stage}Domains}`],
  ])('readParameters returns undefined when %s', async (_, text) => {
    expect(await read({ 'serverless.yml': text })).toBeUndefined()
  })

  it('readParameters returns undefined without a configuration file, and finds the parameters in invalid YAML', async () => {
    expect(await readParameters(folder, 'none.yml')).toBeUndefined()
    expect(await read({ 'serverless.yml': `a: [\${param:one}\nb: ]` })).toEqual({ read: new Set(['one']), set: [] })
  })
})
