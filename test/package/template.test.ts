import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { startServices } from '../../src/local/services.ts'
import type { PostAuthenticationSettings } from '../../src/post-auth/settings.ts'
import type { PostConfirmationSettings } from '../../src/post-confirmation/settings.ts'
import type { PreAuthenticationSettings } from '../../src/pre-auth/settings.ts'
import type { PreSignUpSettings } from '../../src/pre-signup/settings.ts'
import { onceRules } from '../../src/shared/rules/once-rules.ts'
import type { Need, RuleNode } from '../../src/shared/rules/rule.ts'
import type { SweeperSettings } from '../../src/sweeper/settings.ts'
import { repository } from '../support/built.ts'
import { dynamoDbClient } from '../support/local-clients.ts'
import { type Deployment, makeDeployment, packageService, type Resource, type Template } from './deployment.ts'
import { circle, references } from './references.ts'

const triggers = ['PreSignUp', 'PreAuthentication', 'PostAuthentication', 'PostConfirmation'] as const
const functions = [...triggers, 'Sweeper'] as const
type FunctionName = (typeof functions)[number]

// Checked by the compiler: a setting that the functions read and this does not name, or the other way round, does not compile.
const settings = {
  PreSignUp: {
    ALLOWED_EMAIL_DOMAINS: true,
    DENIED_EMAIL_DOMAINS: true,
    AUTO_CONFIRM_DOMAINS: true,
    AUTO_CONFIRM_TRUST: true,
    ADMIN_CREATED_USERS: true,
    FEDERATED_EMAIL: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PreSignUpSettings, true>,
  PreAuthentication: { BLOCK_TABLE: true, LOG_LEVEL: true, LOG_HASH_KEY: true } satisfies Record<keyof PreAuthenticationSettings, true>,
  PostAuthentication: {
    PROFILE_TABLE: true,
    WELCOME_SINCE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_EMAIL_CUT_OFF: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PostAuthenticationSettings, true>,
  PostConfirmation: {
    PROFILE_TABLE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_APP_NAME: true,
    WELCOME_APP_URL: true,
    WELCOME_EMAIL_CUT_OFF: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PostConfirmationSettings, true>,
  Sweeper: {
    PROFILE_TABLE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_APP_NAME: true,
    WELCOME_APP_URL: true,
    WELCOME_EMAIL_CUT_OFF: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof SweeperSettings, true>,
}

// Without a sender the handler composes no rule that sends.
const welcome = {
  WELCOME_EMAIL_FROM: 'welcome@example.com',
  WELCOME_APP_NAME: 'Example',
  WELCOME_APP_URL: 'https://example.com',
  WELCOME_SINCE: '2026-01-01',
}

const IDENTITIES = `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/*`

const LEDGER = ['UpdateItem', 'GetItem', 'DeleteItem'].map((action) => `dynamodb:${action} on EffectTable.Arn`)

let deployment: Deployment
let template: Template

beforeAll(async () => {
  deployment = await makeDeployment()
  template = deployment.template
})
afterAll(() => deployment.remove())

function resource(name: string): Resource {
  const found = template.Resources[name]
  if (found === undefined) throw new Error(`The template has no ${name}`)
  return found
}

const lambda = (trigger: FunctionName): Resource => resource(`${trigger}LambdaFunction`)
const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(template.Resources).filter(([, each]) => each.Type === type)

/** What the roles allow, as `action on resource`, the policies beside them included. */
function granted(trigger: FunctionName): readonly string[] {
  const role = `${trigger}Role`
  const beside = ofType('AWS::IAM::Policy').filter(([, { Properties }]) =>
    Properties.Roles.some((each: { Ref: string }) => each.Ref === role),
  )
  const inside = resource(role).Properties.Policies.filter((policy: object) => !('Fn::If' in policy))
  const documents = [...inside, ...beside.map(([, { Properties }]) => Properties)].map((policy) => policy.PolicyDocument)
  return documents
    .flatMap((document) => document.Statement)
    .flatMap((statement) => {
      expect(statement.Effect).toBe('Allow')
      return [statement.Action].flat().map((action) => `${action} on ${shown(statement.Resource)}`)
    })
    .toSorted()
}

function needsOf(rule: RuleNode): readonly Need[] {
  return [...(rule.needs ?? []), ...(rule.children ?? []).flatMap(needsOf)]
}

/** What a setting names, as the template calls it. */
function resourceOf(setting: string): string | undefined {
  return {
    BLOCK_TABLE: 'BlockTable.Arn',
    PROFILE_TABLE: 'ProfileTable.Arn',
    EFFECT_TABLE: 'EffectTable.Arn',
    WELCOME_EMAIL_FROM: IDENTITIES,
  }[setting]
}

function shown(value: Record<string, unknown>): string {
  const attribute = value['Fn::GetAtt']
  return Array.isArray(attribute) ? attribute.join('.') : String(value['Fn::Sub'] ?? JSON.stringify(value))
}

describe('the functions', () => {
  it('are the four triggers, the sweeper and nothing else', () => {
    expect(ofType('AWS::Lambda::Function').map(([name]) => name)).toEqual(functions.map((each) => `${each}LambdaFunction`))
  })

  it.each(triggers)('run on a supported Node and give up with Cognito: %s', (trigger) => {
    expect(lambda(trigger).Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: 5, MemorySize: 512 })
  })

  it('leave the sweeper more time than a trigger has, and call it every five minutes', () => {
    expect(lambda('Sweeper').Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: 60 })
    const rules = ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties)
    expect(resource('SweeperLambdaPermissionEventsRuleSchedule1').Properties).toEqual({
      FunctionName: { 'Fn::GetAtt': ['SweeperLambdaFunction', 'Arn'] },
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['SweeperEventsRuleSchedule1', 'Arn'] },
    })
    expect(rules).toMatchObject([
      { ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED', Targets: [{ Arn: { 'Fn::GetAtt': ['SweeperLambdaFunction', 'Arn'] } }] },
    ])
  })

  it.each(functions)('find every setting in their environment, and nothing that they do not read: %s', (trigger) => {
    expect(Object.keys(lambda(trigger).Properties.Environment.Variables).toSorted()).toEqual(Object.keys(settings[trigger]).toSorted())
  })

  it.each(triggers)('are called by the pool, which may: %s', (trigger) => {
    const functionArn = { 'Fn::GetAtt': [`${trigger}LambdaFunction`, 'Arn'] }
    expect(resource('CognitoUserPoolUsers').Properties.LambdaConfig[trigger]).toEqual(functionArn)
    const permissions = ofType('AWS::Lambda::Permission').filter(
      ([, { Properties }]) => shown(Properties.FunctionName) === shown(functionArn),
    )
    expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
      {
        FunctionName: functionArn,
        Action: 'lambda:InvokeFunction',
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['CognitoUserPoolUsers', 'Arn'] },
      },
    ])
  })

  it.each(functions)('keep their logs for a month: %s', (trigger) => {
    expect(resource(`${trigger}LogGroup`).Properties).toEqual({
      LogGroupName: `/aws/lambda/${lambda(trigger).Properties.FunctionName}`,
      RetentionInDays: 30,
    })
  })
})

describe('the roles', () => {
  const logs = (trigger: FunctionName): readonly string[] =>
    ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} on ${trigger}LogGroup.Arn`)

  it.each([
    ['PreSignUp', []],
    ['PreAuthentication', ['dynamodb:BatchGetItem on BlockTable.Arn']],
    ['PostAuthentication', ['dynamodb:UpdateItem on EffectTable.Arn', 'dynamodb:UpdateItem on ProfileTable.Arn']],
    ['PostConfirmation', ['dynamodb:UpdateItem on ProfileTable.Arn', ...LEDGER, `ses:SendEmail on ${IDENTITIES}`]],
    [
      'Sweeper',
      [
        ...LEDGER,
        `dynamodb:Query on \${EffectTable.Arn}/index/queue`,
        'cognito-idp:ListUsers on CognitoUserPoolUsers.Arn',
        `ses:SendEmail on ${IDENTITIES}`,
      ],
    ],
  ] as const)('allow %s its log, what its rules use, and no more', (trigger, actions) => {
    expect(lambda(trigger).Properties.Role).toEqual({ 'Fn::GetAtt': [`${trigger}Role`, 'Arn'] })
    expect(granted(trigger)).toEqual([...logs(trigger), ...actions].toSorted())
    expect(resource(`${trigger}Role`).Properties.ManagedPolicyArns).toBeUndefined()
  })

  it.each([
    ['PreSignUp', () => import('../../src/pre-signup/handler.ts')],
    ['PreAuthentication', () => import('../../src/pre-auth/handler.ts')],
    ['PostAuthentication', () => import('../../src/post-auth/handler.ts')],
    ['PostConfirmation', () => import('../../src/post-confirmation/handler.ts')],
  ] as const)('allow %s what its rules say they need', async (trigger, load) => {
    for (const [name, value] of Object.entries({ ...lambda(trigger).Properties.Environment.Variables, ...welcome }))
      vi.stubEnv(name, `${value}`)
    const { handler } = await load()
    const needed = needsOf(handler.rule).flatMap(({ actions, on }) => actions.map((action) => `${action} on ${resourceOf(on)}`))
    expect([...new Set(needed)].toSorted()).toEqual(granted(trigger).filter((grant) => !grant.startsWith('logs:')))
    vi.unstubAllEnvs()
  })

  it('allow the sweeper what the effects that it runs say they need', async () => {
    for (const [name, value] of Object.entries({ ...lambda('Sweeper').Properties.Environment.Variables, ...welcome }))
      vi.stubEnv(name, `${value}`)
    const { handler } = await import('../../src/post-confirmation/handler.ts')
    const needed = [...onceRules(handler.rule).values()].flatMap(needsOf)
    expect(needed).not.toEqual([])
    expect(granted('Sweeper')).toEqual(
      expect.arrayContaining(needed.flatMap(({ actions, on }) => actions.map((action) => `${action} on ${resourceOf(on)}`))),
    )
    vi.unstubAllEnvs()
  })

  it('write traces where tracing is on, and otherwise not', () => {
    for (const name of functions) {
      expect(lambda(name).Properties.TracingConfig).toEqual({ Mode: 'PassThrough' })
      expect(resource(`${name}Role`).Properties.Policies.filter((policy: object) => 'Fn::If' in policy)).toEqual([
        {
          'Fn::If': [
            'Traces',
            {
              PolicyName: 'traces',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' }],
              },
            },
            { Ref: 'AWS::NoValue' },
          ],
        },
      ])
    }
    expect(template.Conditions).toMatchObject({ Traces: { 'Fn::Equals': ['PassThrough', 'Active'] } })
  })

  it('are taken on by Lambda alone', () => {
    expect(ofType('AWS::IAM::Role')).toHaveLength(functions.length)
    for (const [, { Properties }] of ofType('AWS::IAM::Role')) {
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ])
    }
  })

  it('let mail go out from the configured sender alone, and none without one', async () => {
    const sending = await makeDeployment(['welcomeEmailFrom=welcome@example.com'])
    try {
      const policy = sending.template.Resources.WelcomeEmailPolicy
      expect(policy?.Condition).toBe('SendsWelcomeEmail')
      expect(policy?.Properties.PolicyDocument.Statement[0].Condition).toEqual({
        StringEquals: { 'ses:FromAddress': 'welcome@example.com' },
      })
      expect(sending.template.Conditions).toMatchObject({
        SendsWelcomeEmail: { 'Fn::Not': [{ 'Fn::Equals': ['welcome@example.com', ''] }] },
      })
      expect(template.Conditions).toMatchObject({ SendsWelcomeEmail: { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] } })
    } finally {
      await sending.remove()
    }
  })
})

describe('the tables', () => {
  it('are shaped as those that the handlers are tried on', async () => {
    const services = await startServices({
      blocks: 'lifeguard-dev-blocks',
      profiles: 'lifeguard-dev-profiles',
      effects: 'lifeguard-dev-effects',
    })
    const client = dynamoDbClient(services.dynamodb.endpoint)
    try {
      for (const name of ['BlockTable', 'ProfileTable']) {
        const { TableName, KeySchema, AttributeDefinitions, BillingMode } = resource(name).Properties
        const { Table } = await client.send(new DescribeTableCommand({ TableName }))
        expect(Table).toMatchObject({ KeySchema, AttributeDefinitions, BillingModeSummary: { BillingMode } })
        expect(Table?.GlobalSecondaryIndexes).toBeUndefined()
      }
      const { TableName, KeySchema, AttributeDefinitions, BillingMode, GlobalSecondaryIndexes } = resource('EffectTable').Properties
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      expect(Table).toMatchObject({ KeySchema, BillingModeSummary: { BillingMode }, GlobalSecondaryIndexes })
      // In whatever order.
      expect(Table?.AttributeDefinitions).toHaveLength(AttributeDefinitions.length)
      expect(Table?.AttributeDefinitions).toEqual(expect.arrayContaining(AttributeDefinitions))
    } finally {
      client.destroy()
      await services.stop()
    }
  })

  it.each(['BlockTable', 'ProfileTable', 'EffectTable'])('can be restored, are encrypted, and outlive the deployment: %s', (name) => {
    expect(resource(name)).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        DeletionProtectionEnabled: { 'Fn::If': ['ProtectsData', true, false] },
      },
    })
  })

  it('forget blocks that have expired, and never a profile or that an effect is done', () => {
    expect(resource('BlockTable').Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true })
    expect(resource('ProfileTable').Properties.TimeToLiveSpecification).toBeUndefined()
    expect(resource('EffectTable').Properties.TimeToLiveSpecification).toBeUndefined()
  })

  it('carry service and stage in their names, as the functions know them', () => {
    const variables = (trigger: FunctionName): Record<string, string> => lambda(trigger).Properties.Environment.Variables
    expect(resource('BlockTable').Properties.TableName).toBe('lifeguard-dev-blocks')
    expect(resource('ProfileTable').Properties.TableName).toBe('lifeguard-dev-profiles')
    expect(variables('PreAuthentication').BLOCK_TABLE).toBe('lifeguard-dev-blocks')
    expect(variables('PostAuthentication').PROFILE_TABLE).toBe('lifeguard-dev-profiles')
    expect(variables('PostConfirmation').PROFILE_TABLE).toBe('lifeguard-dev-profiles')
    expect(resource('EffectTable').Properties.TableName).toBe('lifeguard-dev-effects')
    expect(variables('PostConfirmation').EFFECT_TABLE).toBe('lifeguard-dev-effects')
    expect(variables('Sweeper').EFFECT_TABLE).toBe('lifeguard-dev-effects')
  })
})

describe('the pool', () => {
  it('is safe by its settings', () => {
    const { LambdaConfig, ...settings } = resource('CognitoUserPoolUsers').Properties
    expect(Object.keys(LambdaConfig).toSorted()).toEqual([...triggers].toSorted())
    expect(settings).toEqual({
      UserPoolName: 'lifeguard-dev',
      DeletionProtection: 'INACTIVE',
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    })
  })

  it('has an app client that tells nobody who is a user, and outlives the deployment with it', () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
    expect(resource('CognitoUserPoolUsers')).toMatchObject(kept)
    expect(resource('AppClient')).toEqual({
      Type: 'AWS::Cognito::UserPoolClient',
      ...kept,
      Properties: {
        ClientName: 'app',
        UserPoolId: { Ref: 'CognitoUserPoolUsers' },
        GenerateSecret: false,
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
        PreventUserExistenceErrors: 'ENABLED',
        EnableTokenRevocation: true,
      },
    })
  })
})

describe('the parameters', () => {
  it('protect what is on the stage prod, and can be given there too', async () => {
    const params = ['memorySize=1024', 'logRetentionInDays=90', 'tracing=Active', 'alarmSlowAfterMs=2500', 'alarmTopicArn=arn:aws:sns:x']
    const prod = (await packageService(deployment.folder, params, ['--stage', 'prod'])).template
    expect(prod.Resources).toMatchObject({
      CognitoUserPoolUsers: { Properties: { UserPoolName: 'lifeguard-prod', DeletionProtection: 'ACTIVE' } },
      BlockTable: { Properties: { TableName: 'lifeguard-prod-blocks' } },
      PreSignUpLambdaFunction: { Properties: { MemorySize: 1024, TracingConfig: { Mode: 'Active' } } },
      PreSignUpLogGroup: { Properties: { RetentionInDays: 90 } },
      PreSignUpDurationAlarm: { Properties: { AlarmActions: { 'Fn::If': ['TellsOfAlarms', ['arn:aws:sns:x'], { Ref: 'AWS::NoValue' }] } } },
    })
    expect(Number(prod.Resources.PreSignUpDurationAlarm?.Properties.Threshold)).toBe(2500)
    expect(prod.Conditions).toMatchObject({
      ProtectsData: { 'Fn::Equals': ['ACTIVE', 'ACTIVE'] },
      Traces: { 'Fn::Equals': ['Active', 'Active'] },
      TellsOfAlarms: { 'Fn::Not': [{ 'Fn::Equals': ['arn:aws:sns:x', ''] }] },
    })
    expect(template.Conditions).toMatchObject({ ProtectsData: { 'Fn::Equals': ['INACTIVE', 'ACTIVE'] } })
  })
})

describe('docs/deploy.md', () => {
  it('tells of every parameter, and of none that is not there', async () => {
    const known = Object.keys(parse(await readFile(join(repository, 'deploy/params.yml'), 'utf8')))
    const table = /^## Parameters$[\s\S]*?^## /m.exec(await readFile(join(repository, 'docs/deploy.md'), 'utf8'))?.[0] ?? ''
    const told = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '))
    // The one without a default.
    expect(told.toSorted()).toEqual([...known, 'userPoolId'].toSorted())
  })

  it('has what it imports after a removal in one piece', () => {
    const imported = ['CognitoUserPoolUsers', 'AppClient', 'BlockTable', 'ProfileTable', 'EffectTable']
    const kept = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
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

describe('the template', () => {
  it('holds what is told of above, and nothing else', () => {
    const each = (names: readonly string[], ...endings: readonly string[]): readonly string[] =>
      names.flatMap((name) => endings.map((ending) => `${name}${ending}`))
    expect(Object.keys(template.Resources).toSorted()).toEqual(
      [
        // The framework's own, for the zips.
        ...['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy'],
        ...['CognitoUserPoolUsers', 'AppClient', 'BlockTable', 'ProfileTable', 'EffectTable', 'WelcomeEmailPolicy'],
        ...each(functions, 'LambdaFunction', 'LogGroup', 'Role', 'ErrorsAlarm'),
        ...each(triggers, 'ThrottlesAlarm', 'DurationAlarm'),
        ...triggers.map((each) => `${each}LambdaPermissionCognitoUserPoolUsersTriggerSource${each}`),
        ...each(['PreSignUp', 'PreAuthentication'], 'DenialsFilter'),
        ...each(['EffectsParked', 'EffectsUnknown', 'EffectsLost'], 'Alarm'),
        ...['SweeperEventsRuleSchedule1', 'SweeperLambdaPermissionEventsRuleSchedule1'],
      ].toSorted(),
    )
  })

  it('names in its outputs what apps and operators need', () => {
    expect(template.Outputs).toMatchObject({
      UserPoolId: { Value: { Ref: 'CognitoUserPoolUsers' } },
      AppClientId: { Value: { Ref: 'AppClient' } },
      BlockTableName: { Value: { Ref: 'BlockTable' } },
      ProfileTableName: { Value: { Ref: 'ProfileTable' } },
      EffectTableName: { Value: { Ref: 'EffectTable' } },
    })
  })

  it('names nothing that it does not hold, and goes round in no circle', () => {
    const names = new Set(Object.keys(template.Resources))
    const strange = references(template.Resources).filter((each) => !names.has(each) && !each.startsWith('AWS::'))
    expect(strange).toEqual([])
    expect(circle(template), 'what is left waits for itself').toEqual([])
  })
})
