import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lifeguard } from '../support/cli/lifeguard.ts'
import { type Deployment, osls, packageService, serviceFolder, type Template } from '../support/package/deployment.ts'
import { functions, toFunctionName, triggers } from '../support/package/packaged.ts'
import { circle, references } from '../support/package/references.ts'

const config = ['--config', 'serverless.existing-pool.yml']
const pool = 'userPoolId=eu-west-1_Example'
// A table that exists only with this parameter must exist in both configurations.
const INVITATIONS = 'invitations=email'
const POOL_ARN = { 'Fn::Sub': `arn:\${AWS::Partition}:cognito-idp:\${AWS::Region}:\${AWS::AccountId}:userpool/eu-west-1_Example` }

let service: Awaited<ReturnType<typeof serviceFolder>>
let existing: Pick<Deployment, 'template' | 'zip'>
let made: Pick<Deployment, 'template' | 'zip'>

beforeAll(async () => {
  service = await serviceFolder()
  existing = await packageService(service.folder, [pool, INVITATIONS], config)
  made = await packageService(service.folder, [INVITATIONS])
}, 300_000)
afterAll(() => service.remove())

/** Returns true for the resources of the pool that serverless.yml creates. */
const isPoolResource = (name: string): boolean => name === 'AppClient' || name.includes('CognitoUserPoolUsers')

/**
 * Returns the resources in a form that is equal for both configurations: without the S3 keys of the zips, and with the same names of
 * service and pool.
 */
function comparable({ Resources }: Template): Record<string, unknown> {
  const text = JSON.stringify(Resources, (key, value) => (key === 'S3Key' ? undefined : value))
  return JSON.parse(text.replaceAll('lifeguard-existing-pool-dev-', 'lifeguard-dev-').replaceAll('eu-west-1_Example', 'POOL'))
}

describe('serverless.existing-pool.yml', { timeout: 300_000 }, () => {
  it('serverless.existing-pool.yml deploys the same resources as serverless.yml, except the pool', () => {
    const { SweeperRole, ...theirs } = comparable(made.template)
    const { SweeperRole: own, ...ours } = comparable(existing.template)
    const permissions = triggers.map((trigger) => `${trigger}Permission`)
    expect(Object.fromEntries(Object.entries(ours).filter(([name]) => !permissions.includes(name)))).toEqual(
      Object.fromEntries(Object.entries(theirs).filter(([name]) => !isPoolResource(name))),
    )
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(permissions))
    expect(existing.template.Conditions).toEqual(made.template.Conditions)
    // Only the sweeper's role differs, because it names the pool.
    const named = JSON.stringify({ 'Fn::GetAtt': ['CognitoUserPoolUsers', 'Arn'] })
    expect(own).toEqual(
      JSON.parse(JSON.stringify(SweeperRole).replace(named, JSON.stringify(POOL_ARN).replace('eu-west-1_Example', 'POOL'))),
    )
  })

  it('serverless.existing-pool.yml shares no resource names with serverless.yml, so that both stacks can be deployed', () => {
    const names = ({ Resources }: Template): readonly unknown[] =>
      Object.values(Resources).flatMap(({ Properties }) => [Properties.FunctionName, Properties.TableName, Properties.LogGroupName])
    const both = names(existing.template).filter((name) => typeof name === 'string' && names(made.template).includes(name))
    expect(both).toEqual([])
  })

  it('serverless.existing-pool.yml neither creates nor updates a user pool', () => {
    const types = new Set(Object.values(existing.template.Resources).map(({ Type }) => Type))
    expect([...types].toSorted()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
    ])
    expect(JSON.stringify(existing.template)).not.toContain('UpdateUserPool')
  })

  it.each(triggers)('allows only the pool userPoolId to call %s', (trigger) => {
    expect(existing.template.Resources[`${trigger}Permission`]).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { 'Fn::GetAtt': [`${trigger}LambdaFunction`, 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: POOL_ARN,
      },
    })
  })

  it('the stack outputs the command that attaches the functions to the existing pool', () => {
    const outputs = existing.template.Outputs as { readonly AttachCommand: { readonly Value: { readonly 'Fn::Sub': string } } }
    const [start, ...attached] = outputs.AttachCommand.Value['Fn::Sub'].split(' --function ')
    expect(start).toBe(`npx lifeguard attach --pool eu-west-1_Example --region \${AWS::Region}`)
    expect(attached.toSorted()).toEqual(triggers.map((trigger) => `${trigger}=\${${trigger}LambdaFunction.Arn}`).toSorted())
  })

  it('the template for an existing pool has no dangling references and no circular dependencies', () => {
    const names = Object.keys(existing.template.Resources)
    const all = references([existing.template.Resources, existing.template.Outputs])
    expect(all.filter((each) => !names.includes(each) && !each.startsWith('AWS::'))).toEqual([])
    expect(circle(existing.template)).toEqual([])
  })

  it('doctor finds nothing in the template, but reports LG106 if the timeout of the sweeper is changed to 8 seconds', async () => {
    const found = async (change: object): Promise<readonly string[]> => {
      const { SweeperLambdaFunction: sweeper, ...others } = existing.template.Resources
      const Resources = { ...others, SweeperLambdaFunction: { ...sweeper, Properties: { ...sweeper?.Properties, ...change } } }
      await writeFile(join(service.folder, 'existing.json'), JSON.stringify({ ...existing.template, Resources }))
      const { stdout } = await lifeguard(['doctor', 'existing.json', '--json'], { cwd: service.folder })
      const { findings, accepted } = JSON.parse(stdout)
      return [...findings, ...accepted].map(({ code, resource }) => `${code} ${resource}`)
    }
    expect(await found({})).toEqual([])
    expect(await found({ Timeout: 8 })).toEqual(['LG106 SweeperLambdaFunction'])
  })

  it('serverless.existing-pool.yml cannot be packaged without userPoolId', async () => {
    const { code, stdout, stderr } = await osls(service.folder, ['package', ...config])
    expect(code).not.toBe(0)
    expect(`${stdout}${stderr}`).toMatch(/custom\.userPoolArn[\s\S]*Value not found at "param" source/)
  })

  it.each(functions.map(toFunctionName))('deploys the same zip of %s as serverless.yml', async (name) => {
    expect((await existing.zip(name)).equals(await made.zip(name))).toBe(true)
  })
})
