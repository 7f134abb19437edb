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

describe("the services' parameters", () => {
  it.each([
    ['serverless.yml', 'userPoolName'],
    ['serverless.existing-pool.yml', 'userPoolId'],
  ])('are for %s those that the guide lists, and of the pool %s alone', async (config, ofPool) => {
    const parameters = await readParameters(repository, config)
    const guide = await readFile(join(repository, 'docs/reference/settings.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| (`[a-z]\w+`(?:, `\w+`)*) \| (`[A-Z_]+`(?:, `[A-Z_]+`)*)? ?\|/gm)]
    const listed = rows.flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
    expect([...(parameters?.read ?? [])].toSorted()).toEqual(
      listed.filter((name) => !name.startsWith('userPool') || name === ofPool).toSorted(),
    )
    expect(parameters?.set).toEqual(['deletionProtection'])
  })

  it('are listed where a name is none of them', () => {
    expect(
      unknownParameterLines(['alowedEmailDomains', 'logLevel'], { ...known(['logLevel', 'allowedEmailDomains']), set: ['tracking'] }),
    ).toEqual([
      'alowedEmailDomains is not a parameter of this service',
      'tracking is not a parameter of this service',
      'It has allowedEmailDomains, logLevel',
    ])
    expect(unknownParameterLines(['logLevel'], known(['logLevel']))).toEqual([])
  })
})

describe('parameters of a configuration', () => {
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

  it('are those of its files, also where they name each other', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${param:one}\nb: \${param:two, 'none'}\nc: \${file(deploy/a.yml)}\nparams: { dev: { three: 3 } }`,
      'deploy/a.yml': `d: !Sub x/\${param:four}\ne: \${file(deploy/a.yml)}`,
    })
    expect(parameters).toEqual({ read: new Set(['one', 'two', 'four']), set: ['three'] })
  })

  it('are of a file that is read in part those that it reads itself', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${file(deploy/b.yml):functions}`,
      'deploy/b.yml': `functions: { a: "\${param:five}", b: "\${file(deploy/none.yml)}" }`,
    })
    expect(parameters).toEqual({ read: new Set(['five']), set: [] })
  })

  it('are of a program those that it reads itself, and those of the files that it requires', async () => {
    const parameters = await read({
      'serverless.yml': `a: \${file(deploy/c.cjs):functions}`,
      'deploy/c.cjs': `const d = require('./d.cjs')\nresolveVariable('param:six')\nresolveVariable('file(deploy/none.yml)')`,
      'deploy/d.cjs': `exports.d = '\${param:seven}'`,
    })
    expect(parameters).toEqual({ read: new Set(['six', 'seven']), set: [] })
  })

  it.each([
    ['a file is not there', `a: \${file(deploy/none.yml)}`],
    ['the name of a file is put together', `a: \${file(deploy/\${sls:stage}.yml)}`],
    ['the name of a parameter is put together', `a: \${param:\${sls:stage}Domains}`],
  ])('cannot be told where %s', async (_, text) => {
    expect(await read({ 'serverless.yml': text })).toBeUndefined()
  })

  it('cannot be told of no configuration, and are set by none that is no YAML', async () => {
    expect(await readParameters(folder, 'none.yml')).toBeUndefined()
    expect(await read({ 'serverless.yml': `a: [\${param:one}\nb: ]` })).toEqual({ read: new Set(['one']), set: [] })
  })
})
