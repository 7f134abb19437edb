import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { defaultSettings } from '../../src/tools/lib/environment.ts'
import type { Built } from '../support/built.ts'
import { packageService, serviceFolder, type Template } from '../support/package/deployment.ts'
import { circle } from '../support/package/references.ts'
import { unzip } from '../support/package/unzip.ts'
import { BLOCKS, settingsTables } from '../support/triggers.ts'

const optional = BLOCKS.filter((block) => block.optional)
const toId = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

let service: Built
let template: Template
let zip: (name: string) => Promise<Buffer>

beforeAll(async () => {
  service = await serviceFolder()
  const params = await listParameters(join(service.folder, 'serverless.yml'))
  ;({ template, zip } = await packageService(service.folder, [`triggers=${optional.map(({ name }) => name).join(',')}`, ...params]))
}, 300_000)
afterAll(() => service.remove())

/** Returns the parameters that set the optional functions as the sample events need them. */
async function listParameters(file: string): Promise<readonly string[]> {
  const { custom } = parse(await readFile(file, 'utf8'), { logLevel: 'silent' })
  const samples = defaultSettings()
  const variables = optional.flatMap(({ name }) => Object.entries<string>(custom.optional[name].environment))
  return variables.flatMap(([setting, value]) => {
    const [, parameter] = /^\$\{param:(\w+)/.exec(value) ?? []
    return parameter === undefined || samples[setting] === undefined ? [] : [`${parameter}=${samples[setting]}`]
  })
}

describe('the optional functions of serverless.yml, all turned on', { timeout: 300_000 }, () => {
  it('gives each function exactly the settings that its handler reads', async () => {
    const settings = new Map((await settingsTables()).map(({ folder, fields }) => [folder, Object.keys(fields).toSorted()]))
    for (const { name, folder } of optional) {
      const { Environment } = template.Resources[`${toId(name)}LambdaFunction`]?.Properties ?? {}
      expect(Object.keys(Environment.Variables).toSorted(), name).toEqual(settings.get(folder))
    }
  })

  it('configures the pool to call each function, and permits the calls', () => {
    const { LambdaConfig } = template.Resources.CognitoUserPoolUsers?.Properties ?? {}
    for (const { name, trigger } of optional) {
      const arn = { 'Fn::GetAtt': [`${toId(name)}LambdaFunction`, 'Arn'] }
      const entry = LambdaConfig[`${trigger}`]
      expect([arn, { LambdaArn: arn, LambdaVersion: 'V1_0' }], name).toContainEqual(entry)
      const permissions = Object.values(template.Resources).filter(
        ({ Type, Properties }) => Type === 'AWS::Lambda::Permission' && JSON.stringify(Properties.FunctionName) === JSON.stringify(arn),
      )
      expect(permissions, name).toHaveLength(1)
    }
  })

  it('creates the role, the log group and the alarms of each function, and no circular reference', () => {
    for (const { name } of optional) {
      for (const end of ['Role', 'LogGroup', 'ErrorsAlarm', 'ThrottlesAlarm', 'DurationAlarm'])
        expect(template.Resources, name).toHaveProperty(`${toId(name)}${end}`)
    }
    expect(circle(template)).toEqual([])
  })

  it('packs the bundle of each function and nothing else', async () => {
    for (const { name, folder } of optional) {
      const files = [...unzip(await zip(name)).keys()]
      expect(files, name).toContain(`dist/${folder}/handler.js`)
      expect(
        files.filter((file) => !new RegExp(`^dist/${folder}/(?:[\\w.-]+\\.js|package\\.json)$`).test(file)),
        name,
      ).toEqual([])
    }
  })
})
