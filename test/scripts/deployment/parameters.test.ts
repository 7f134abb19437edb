import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parameterOf, parametersOf } from '../../../scripts/deployment/parameters.ts'
import { strangerLines } from '../../../scripts/deployment/report.ts'
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
    const parameters = await parametersOf(repository, config)
    const guide = await readFile(join(repository, 'docs/deploy.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| (`[a-z]\w+`(?:, `\w+`)*) \| (`[A-Z_]+`(?:, `[A-Z_]+`)*)? ?\|/gm)]
    const table = rows.map(([, names = '', variables = '']) => ({
      names: names.match(/\w+/g) ?? [],
      variables: variables.match(/\w+/g) ?? [],
    }))
    const listed = table.flatMap(({ names }) => names)
    expect([...(parameters?.read ?? [])].toSorted()).toEqual(
      listed.filter((name) => !name.startsWith('userPool') || name === ofPool).toSorted(),
    )
    expect(parameters?.set).toEqual(['deletionProtection'])
    // What is printed beside a wrong variable is what the guide says of it.
    for (const { names, variables } of table.filter((row) => row.variables.length > 0))
      expect(variables.map((variable) => parameterOf(variable, parameters))).toEqual(names)
    expect(parameterOf('BLOCK_TABLE', parameters)).toBeUndefined()
  })

  it('are what the variables of the functions are set by', async () => {
    const pairs = [...(await readFile(join(repository, 'serverless.yml'), 'utf8')).matchAll(/^ +([A-Z_]+): \$\{param:(\w+)\}/gm)]
    expect(pairs.length).toBeGreaterThan(10)
    for (const [, variable = '', name = ''] of pairs) expect(parameterOf(variable, known([name]))).toBe(name)
  })

  it('are listed where a name is none of them', () => {
    expect(strangerLines(['alowedEmailDomains', 'logLevel'], { ...known(['logLevel', 'allowedEmailDomains']), set: ['tracking'] })).toEqual(
      [
        'alowedEmailDomains is no parameter of this service',
        'tracking is no parameter of this service',
        'It has allowedEmailDomains, logLevel',
      ],
    )
    expect(strangerLines(['logLevel'], known(['logLevel']))).toEqual([])
  })
})

describe('parameters of a configuration', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifeguard-parameters-'))
    await mkdir(join(folder, 'deploy'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const read = async (files: Readonly<Record<string, string>>): ReturnType<typeof parametersOf> => {
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
    return parametersOf(folder, 'serverless.yml')
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

  it.each([
    ['a file is not there', `a: \${file(deploy/none.yml)}`],
    ['the name of a file is put together', `a: \${file(deploy/\${sls:stage}.yml)}`],
    ['the name of a parameter is put together', `a: \${param:\${sls:stage}Domains}`],
  ])('cannot be told where %s', async (_, text) => {
    expect(await read({ 'serverless.yml': text })).toBeUndefined()
  })

  it('cannot be told of no configuration, and are set by none that is no YAML', async () => {
    expect(await parametersOf(folder, 'none.yml')).toBeUndefined()
    expect(await read({ 'serverless.yml': `a: [\${param:one}\nb: ]` })).toEqual({ read: new Set(['one']), set: [] })
  })
})
