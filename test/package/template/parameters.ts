import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repository } from '../../support/built.ts'
import { packageService } from '../../support/package/deployment.ts'
import type { Packaged } from '../../support/package/packaged.ts'
import { references } from '../../support/package/references.ts'

/** Defines the tests of the parameters and of their docs. */
export function assertParameters({ template, folder }: Packaged): void {
  describe('the parameters', { timeout: 300_000 }, () => {
    it('the template of the stage prod protects the data against deletion, and uses the given parameters', async () => {
      const params = ['memorySize=1024', 'logRetentionInDays=90', 'tracing=Active', 'alarmSlowAfterMs=2500', 'alarmTopicArn=arn:aws:sns:x']
      const prod = (await packageService(folder(), params, ['--stage', 'prod'])).template
      expect(prod.Resources).toMatchObject({
        CognitoUserPoolUsers: { Properties: { UserPoolName: 'lifeguard-prod', DeletionProtection: 'ACTIVE' } },
        BlockTable: { Properties: { TableName: 'lifeguard-prod-blocks' } },
        PreSignUpLambdaFunction: { Properties: { MemorySize: 1024, TracingConfig: { Mode: 'Active' } } },
        PreSignUpLogGroup: { Properties: { RetentionInDays: 90 } },
        PreSignUpDurationAlarm: {
          Properties: { AlarmActions: { 'Fn::If': ['HasAlarmTopic', ['arn:aws:sns:x'], { Ref: 'AWS::NoValue' }] } },
        },
      })
      expect(Number(prod.Resources.PreSignUpDurationAlarm?.Properties.Threshold)).toBe(2500)
      expect(prod.Conditions).toMatchObject({
        ProtectsData: { 'Fn::Equals': ['ACTIVE', 'ACTIVE'] },
        HasAlarmTopic: { 'Fn::Not': [{ 'Fn::Equals': ['arn:aws:sns:x', ''] }] },
      })
      expect(template().Conditions).toMatchObject({ ProtectsData: { 'Fn::Equals': ['INACTIVE', 'ACTIVE'] } })
    })
  })

  describe('the docs', () => {
    it('the docs list every parameter of the service, and no others', async () => {
      const shared = Object.keys(parse(await readFile(join(repository, 'deploy/params.yml'), 'utf8')))
      const blocks = await readFile(join(repository, 'serverless.yml'), 'utf8')
      const known = [...shared, ...[...blocks.matchAll(/\$\{param:(\w+),/g)].map(([, name = '']) => name)]
      const table = /^## Parameters$[\s\S]*?^## /m.exec(await read('docs/reference/settings.md'))?.[0] ?? ''
      const told = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '))
      // The expressions above find only parameters with a default, and userPoolId has none.
      expect(told.toSorted()).toEqual([...known, 'userPoolId'].toSorted())
    })

    it('the docs show the role of a function as in the packaged template', async () => {
      const [, json = ''] = /^## Generated resources$[\s\S]*?^```json\n([\s\S]*?)^```$/m.exec(await read('docs/guides/deploy.md')) ?? []

      expect(template().Resources).toMatchObject(JSON.parse(json))
    })

    it('the retained resources refer only to each other, so that they can be imported after the stack was removed', () => {
      const imported = ['CognitoUserPoolUsers', 'AppClient', 'BlockTable', 'ProfileTable', 'EffectTable', 'LimitTable']
      const kept = Object.entries(template().Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
      expect(kept.map(([name]) => name).toSorted()).toEqual(imported.toSorted())
      for (const [name, { Properties }] of kept) {
        const { LambdaConfig, ...rest } = Properties
        expect(
          references(rest).filter((each) => !imported.includes(each)),
          name,
        ).toEqual([])
      }
    })
  })
}

function read(path: string): Promise<string> {
  return readFile(join(repository, path), 'utf8')
}
