import { describe, expect, it } from 'vitest'
import {
  listOptionalFunctions,
  listTriggerFunctions,
  openProject,
  type Project,
  type TriggerFunction,
} from '../../../src/tools/project/project.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

/** Replaces `<` and `>` by `${` and `}`, which TypeScript would interpolate. */
const put = (text: string): string => text.replaceAll('<', '${').replaceAll('>', '}')

const FUNCTIONS = put(`preSignUp:
  handler: <self:custom.folder>/pre.handler
  environment: { TABLE: !Ref Profiles, SECRET: !GetAtt Key.Arn, MODE: strict }
  events:
    - cognitoUserPool: { pool: People, trigger: "<self:custom.trigger>" }
`)
const BASE = put(`service: people
custom: { folder: src, trigger: PreSignUp }
provider: { name: aws, runtime: nodejs22.x, environment: { LEVEL: info } }
resources:
  Resources:
    Profiles:
      Type: AWS::DynamoDB::Table
      Properties: { TableName: "<self:service>-profiles" }
`)

async function open(files: Readonly<Record<string, unknown>>, named?: string): Promise<{ project: Project | undefined; notes: string[] }> {
  const notes: string[] = []
  const working = await createFolder(files)
  const options = { working, environment: {}, signal: new AbortController().signal, onNote: (note: string) => notes.push(note) }
  return { project: await openProject(named, options), notes }
}

async function listFunctions(files: Readonly<Record<string, unknown>>, named?: string): Promise<readonly TriggerFunction[]> {
  const { project } = await open(files, named)
  return project === undefined ? [] : listTriggerFunctions(project)
}

const FOUND = {
  trigger: 'PreSignUp',
  name: 'preSignUp',
  handler: 'src/pre.handler',
  codeFolder: undefined,
  runtime: 'nodejs22.x',
  environment: { LEVEL: 'info', TABLE: 'people-profiles', MODE: 'strict' },
  pool: 'People',
}
const indent = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by)

describe('openProject', () => {
  it.each([
    ['in one file', { 'serverless.yml': `${BASE}functions:\n${indent(FUNCTIONS, '  ')}` }],
    ['in a file', { 'serverless.yml': `${BASE}functions: ${put('<file(./functions.yml)>')}\n`, 'functions.yml': FUNCTIONS }],
    ['in a list of files', { 'serverless.yml': `${BASE}functions:\n  - ${put('<file(functions.yml)>')}\n`, 'functions.yml': FUNCTIONS }],
    [
      'in a map of files',
      { 'serverless.yml': `${BASE}functions:\n  preSignUp: ${put('<file(all.yml):preSignUp>')}\n`, 'all.yml': FUNCTIONS },
    ],
  ])('reads the functions of a serverless.yml: %s', async (_, files) => {
    expect(await listFunctions(files)).toEqual([FOUND])
  })

  it('reads a serverless.json', async () => {
    const configuration = {
      service: 'people',
      provider: { name: 'aws' },
      functions: { check: { handler: 'check.handler', events: [{ cognitoUserPool: { pool: 'A', trigger: 'PreSignUp' } }] } },
    }
    expect(await listFunctions({ 'serverless.json': configuration })).toMatchObject([{ name: 'check', handler: 'check.handler' }])
  })

  it('finds the function that only the LambdaConfig of a pool names', async () => {
    const text = `service: people
provider: { name: aws, runtime: nodejs24.x }
functions:
  sign-up_check: { handler: pre.handler }
resources:
  - Resources:
      Pool:
        Type: AWS::Cognito::UserPool
        Properties: { UserPoolName: people, LambdaConfig: { PreSignUp: !GetAtt SignDashupUnderscorecheckLambdaFunction.Arn } }
`
    expect(await listFunctions({ 'serverless.yml': text })).toMatchObject([
      { name: 'sign-up_check', handler: 'pre.handler', pool: 'people' },
    ])
  })

  it('returns all functions of a trigger, with their pools', async () => {
    const one = (pool: string): object => ({ handler: `${pool}.handler`, events: [{ cognitoUserPool: { pool, trigger: 'PreSignUp' } }] })
    const functions = { staff: one('Staff'), customers: one('Customers') }
    expect(await listFunctions({ 'serverless.json': { service: 'x', provider: {}, functions } })).toMatchObject([
      { name: 'staff', pool: 'Staff' },
      { name: 'customers', pool: 'Customers' },
    ])
  })

  it('lists the functions of custom.optional apart, by their event or by their name', async () => {
    const event = { cognitoUserPool: { pool: 'People', trigger: 'PreAuthentication' } }
    const optional = {
      check: { handler: 'dist/check.define', environment: { TABLE: { Ref: 'Blocks' } }, events: [event] },
      inboundFederation: { handler: 'dist/federation.handler' },
      cleaner: { handler: 'dist/cleaner.handler', events: [{ schedule: 'rate(1 day)' }] },
      retries: 3,
    }
    const configuration = {
      service: 'x',
      provider: { runtime: 'nodejs24.x' },
      custom: { optional },
      functions: {},
      resources: { Resources: { Blocks: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'blocks' } } } },
    }
    const { project } = await open({ 'serverless.json': configuration })

    expect(project && listTriggerFunctions(project)).toEqual([])
    expect(project && listOptionalFunctions(project)).toMatchObject([
      { trigger: 'PreAuthentication', name: 'check', handler: 'dist/check.define', environment: { TABLE: 'blocks' }, pool: 'People' },
      { trigger: 'InboundFederation', name: 'inboundFederation', handler: 'dist/federation.handler', pool: undefined },
    ])
  })

  it('finds the function of inbound federation by its name, because the framework has no event for it', async () => {
    const functions = { inboundFederation: { handler: 'a.handler' }, preSignUp: { handler: 'b.handler' } }
    expect(await listFunctions({ 'serverless.json': { service: 'x', provider: {}, functions } })).toMatchObject([
      { trigger: 'InboundFederation', name: 'inboundFederation', pool: undefined },
    ])
  })

  it('finds a function of a pool outside the service', async () => {
    const event = { cognitoUserPool: { pool: 'people', trigger: 'PreAuthentication', existing: true } }
    const functions = { check: { handler: 'a.handler', events: [event] } }
    expect(await listFunctions({ 'serverless.json': { service: 'x', provider: {}, functions } })).toMatchObject([
      { trigger: 'PreAuthentication', name: 'check', pool: undefined },
    ])
  })

  it.each([
    ['functions', put('functions: <file(program.js):functions>\n'), put('functions: <file(program.js):functions>')],
    ['one function', put('functions: { a: "<ssm:/a>" }\n'), put('functions.a: <ssm:/a>')],
    ['an event', put('functions: { a: { handler: a.handler, events: ["<ssm:/a>"] } }\n'), put('functions.a.events: <ssm:/a>')],
    [
      'a trigger',
      put('functions: { a: { handler: a.handler, events: [{ cognitoUserPool: { pool: P, trigger: "<ssm:/a>" } }] } }\n'),
      put('functions.a.events: cognitoUserPool {"pool":"P","trigger":"<ssm:/a>"}'),
    ],
    ['resources', put('resources: <ssm:/a>\n'), put('resources: <ssm:/a>')],
  ])('reports an unresolvable part of the configuration: %s', async (_, text, expected) => {
    const { project } = await open({ 'serverless.yml': `service: people\nprovider: { name: aws }\n${text}` })
    expect(project?.unresolved).toEqual([expected])
  })

  it('returns a function whose handler is unknown without a handler', async () => {
    const text = put(`service: people
provider: { name: aws, runtime: "<ssm:/r>", environment: { A: "<ssm:/a>" } }
functions: { a: { handler: "<ssm:/h>", events: [{ cognitoUserPool: { pool: P, trigger: PreSignUp } }] } }
`)
    expect(await listFunctions({ 'serverless.yml': text })).toMatchObject([
      { name: 'a', handler: undefined, runtime: undefined, environment: {} },
    ])
  })

  it('reads a SAM template, with the folder of the code', async () => {
    const text = `Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x } }
Resources:
  Check:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/check
      Handler: app.handler
      Environment: { Variables: { TABLE: !Ref Profiles } }
      Events: { SignUp: { Type: Cognito, Properties: { UserPool: !Ref Pool, Trigger: PreSignUp } } }
  Profiles: { Type: AWS::DynamoDB::Table, Properties: {} }
  Pool: { Type: AWS::Cognito::UserPool, Properties: {} }
`
    expect(await listFunctions({ 'template.yaml': text })).toEqual([
      {
        trigger: 'PreSignUp',
        name: 'Check',
        handler: 'functions/check/app.handler',
        codeFolder: 'functions/check',
        runtime: 'nodejs24.x',
        environment: { TABLE: 'Profiles' },
        pool: 'Pool',
      },
    ])
  })

  it('reads the template of a CDK app, and notes other stacks with user pools', async () => {
    const template = {
      Resources: {
        Check: {
          Type: 'AWS::Lambda::Function',
          Properties: { Handler: 'index.handler', Runtime: 'nodejs24.x', Code: { S3Bucket: 'assets', S3Key: 'a.zip' } },
          Metadata: { 'aws:asset:path': 'asset.1' },
        },
        Pool: { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig: { PreSignUp: { 'Fn::GetAtt': ['Check', 'Arn'] } } } },
      },
    }
    const stack = (templateFile: string): object => ({ type: 'aws:cloudformation:stack', properties: { templateFile } })
    const { project, notes } = await open({
      'cdk.out/manifest.json': { artifacts: { a: stack('a.template.json'), b: stack('b.template.json'), c: stack('c.template.json') } },
      'cdk.out/a.template.json': JSON.stringify({ Resources: {} }),
      'cdk.out/b.template.json': JSON.stringify(template),
      'cdk.out/c.template.json': JSON.stringify(template),
    })
    expect(project && listTriggerFunctions(project)).toMatchObject([{ name: 'Check', handler: 'asset.1/index.handler', pool: 'Pool' }])
    expect(notes).toEqual(['reads b.template.json. Other stacks with user pools: c.template.json. Choose one with --config FILE'])
  })

  it('returns undefined for a folder without a configuration', async () => {
    expect((await open({ 'package.json': {} })).project).toBeUndefined()
  })

  it.each([
    [
      'serverless.ts',
      'export default {}',
      'serverless.ts: a configuration program is read through the framework, and osls is not installed',
    ],
    ['template.yaml', 'Resources: [', 'template.yaml: invalid JSON or YAML'],
    ['cdk.out/manifest.json', '{}', 'no stack of this app has a user pool'],
  ])('rejects %s', async (file, text, message) => {
    await expect(open({ [file]: text })).rejects.toThrow(message)
  })
})
