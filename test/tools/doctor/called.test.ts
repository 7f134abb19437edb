import { describe, expect, it } from 'vitest'
import { allow, arn, type Changes, judgeTemplate, permission } from '../../support/doctor-template.ts'

const none = { Ref: 'AWS::NoValue' }
const when = (left: unknown, right: unknown): object => ({ 'Fn::If': ['Undecided', left, right] })
const sub = (text: string): object => ({ 'Fn::Sub': text.replaceAll('<', '${').replaceAll('>', '}') })
const alias = { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'SignUp' }, Name: 'live', FunctionVersion: '3' } }
const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'SignUp' } } }
const CONFIG = 'Pool.Properties.LambdaConfig'
const TRIGGER = `${CONFIG}.PreSignUp`
const slow = { 'SignUp.Properties.Timeout': 30 }

/** Returns the codes of the findings, without that of the bystander. */
function findCodes(changes: Changes): readonly string[] {
  return judgeTemplate(changes)
    .findings.filter(({ resource }) => resource !== 'Bystander')
    .map(({ code }) => code)
}

describe('examine of a trigger function', () => {
  const config = {
    PreSignUp: arn('SignUp'),
    PreAuthentication: arn('SignIn'),
    PreTokenGeneration: arn('Tokens'),
    PostAuthentication: arn('Bystander'),
    CustomMessage: arn('Texts'),
    UserMigration: arn('Migration'),
  }

  it.each<[string, Changes]>([
    ['by an Fn::If', { [TRIGGER]: when(arn('SignUp'), none) }],
    ['by the second branch of nested Fn::Ifs', { [TRIGGER]: when(none, when(none, arn('SignUp'))) }],
    ['by an Fn::If around LambdaConfig', { [CONFIG]: when(config, none) }],
    [
      'by an alias in an Fn::Sub',
      { [TRIGGER]: sub('<SignUp.Arn>:live'), 'MayCallSignUp.Properties.FunctionName': sub('<SignUp.Arn>:live') },
    ],
    [
      'by an alias in an Fn::Join',
      {
        [TRIGGER]: { 'Fn::Join': [':', [arn('SignUp'), 'live']] },
        'MayCallSignUp.Properties.FunctionName': { 'Fn::Join': [':', [{ Ref: 'SignUp' }, 'live']] },
      },
    ],
    [
      'by a reference to an alias, with a permission for its name',
      { Live: alias, [TRIGGER]: { Ref: 'Live' }, 'MayCallSignUp.Properties.FunctionName': sub('<SignUp>:live') },
    ],
    ['by an ARN with its name', { [TRIGGER]: sub('arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:sign-up') }],
    [
      'by an ARN with an alias',
      {
        [TRIGGER]: 'arn:aws:lambda:eu-west-1:111122223333:function:sign-up:live',
        'MayCallSignUp.Properties.FunctionName': 'sign-up:live',
      },
    ],
  ])('finds a long timeout, and nothing else, if the pool names the function %s', (_, changes) => {
    expect(findCodes({ ...changes, ...slow })).toEqual(['LG101'])
  })

  it('judges both functions of an Fn::If', () => {
    const changes = { [TRIGGER]: when(arn('SignUp'), arn('Sweeper')), MayCallSweeper: permission('Sweeper') }

    expect(findCodes({ ...changes, ...slow })).toEqual(['LG101', 'LG101'])
    expect(findCodes({ ...changes, 'MayCallSweeper.Properties.Action': 'lambda:GetFunction' })).toEqual(['LG101', 'LG202'])
  })

  it('lists a function that a parameter names as not checked', () => {
    const { findings, unknown } = judgeTemplate({ [TRIGGER]: { Ref: 'SignUpArn' }, ...slow })

    expect(findings.map(({ resource }) => resource)).toEqual(['Bystander'])
    expect(unknown).toContain('the calls of SignUp for PreSignUp: LambdaConfig.PreSignUp of Pool is known only at deployment')
  })

  it.each<[string, Changes]>([
    ['an alias, with a permission for the function', { [TRIGGER]: sub('<SignUp.Arn>:live') }],
    ['the function, with a permission for an alias', { 'MayCallSignUp.Properties.FunctionName': sub('<SignUp.Arn>:live') }],
    [
      'one alias, with a permission for another',
      { [TRIGGER]: sub('<SignUp.Arn>:live'), 'MayCallSignUp.Properties.FunctionName': 'sign-up:dev' },
    ],
  ])('finds LG202 if the pool calls %s', (_, changes) => {
    expect(findCodes(changes)).toEqual(['LG202'])
  })

  it.each<[string, unknown]>([
    ['a number', sub('<SignUp.Arn>:12')],
    ['an ARN with a number', 'arn:aws:lambda:eu-west-1:111122223333:function:sign-up:12'],
    ['a reference', { Ref: 'Version' }],
    ['the attribute of a version', sub('<SignUp.Arn>:<Version.Version>')],
  ])('finds LG207 if the pool calls a version by %s', (_, name) => {
    const changes = { Version: version, [TRIGGER]: name, 'MayCallSignUp.Properties.FunctionName': name }
    expect(findCodes(changes)).toEqual(['LG207'])
  })
})

describe('examine of a version that the CDK creates', () => {
  const current = { SignUpCurrentVersionE7A4F1C2: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'SignUp' } } } }
  const called = (id: string): Changes => ({ [TRIGGER]: { Ref: id }, 'MayCallSignUp.Properties.FunctionName': { Ref: id } })

  it('finds nothing for an alias of the current version', () => {
    const FunctionVersion = { 'Fn::GetAtt': ['SignUpCurrentVersionE7A4F1C2', 'Version'] }
    const live = { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'SignUp' }, FunctionVersion, Name: 'live' } }
    expect(findCodes({ ...current, SignUpAliaslive0A1B: live, ...called('SignUpAliaslive0A1B') })).toEqual([])
  })

  it('finds nothing for the current version, which changes with the code', () => {
    expect(findCodes({ ...current, ...called('SignUpCurrentVersionE7A4F1C2') })).toEqual([])
  })
})

describe('examine of an invoke permission', () => {
  it.each(['lambda:invokeFunction', 'LAMBDA:INVOKEFUNCTION', 'lambda:*', '*'])('accepts the action %s', (action) => {
    expect(findCodes({ 'MayCallSignUp.Properties.Action': action })).toEqual([])
  })

  it('accepts the principal that old versions of the CDK write', () => {
    const principal = { 'Fn::Join': ['', ['cognito-idp.', { Ref: 'AWS::URLSuffix' }]] }
    expect(findCodes({ 'MayCallSignUp.Properties.Principal': principal })).toEqual([])
  })

  it.each([
    ['in an Fn::GetAtt', arn('OtherPool')],
    ['in an Fn::Sub', sub('<OtherPool.Arn>')],
    ['by its id in an Fn::Sub', sub('arn:aws:cognito-idp:<AWS::Region>:<AWS::AccountId>:userpool/<OtherPool>')],
    ['in an Fn::Join', { 'Fn::Join': ['', ['arn:aws:cognito-idp:eu-west-1:1:userpool/', { Ref: 'OtherPool' }]] }],
    ['of an API', 'arn:aws:execute-api:eu-west-1:111122223333:abc/*'],
  ])('finds LG202 for a SourceArn of another pool %s', (_, source) => {
    expect(findCodes({ 'MayCallSignUp.Properties.SourceArn': source })).toEqual(['LG202'])
  })

  it.each([
    ['in an Fn::Sub', sub('<Pool.Arn>')],
    ['with the id in an Fn::Sub', sub('arn:<AWS::Partition>:cognito-idp:<AWS::Region>:<AWS::AccountId>:userpool/<Pool>')],
    ['for all pools of the account', sub('arn:aws:cognito-idp:<AWS::Region>:<AWS::AccountId>:userpool/*')],
  ])("accepts the pool's ARN %s", (_, source) => {
    expect(findCodes({ 'MayCallSignUp.Properties.SourceArn': source })).toEqual([])
  })

  it("finds LG202 with its own message if SourceArn is the pool's id", () => {
    const { findings } = judgeTemplate({ 'MayCallSignUp.Properties.SourceArn': { Ref: 'Pool' } })

    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'LG202',
        message:
          'SourceArn of MayCallSignUp is not the ARN of the user pool Pool, so the pool may not invoke SignUp for PreSignUp; expected !GetAtt Pool.Arn',
      }),
    )
  })
})

describe('examine of two user pools', () => {
  it('finds LG404 for the second pool that the Serverless Framework creates', () => {
    const changes = {
      CognitoUserPoolApp: {
        Type: 'AWS::Cognito::UserPool',
        Properties: { UserPoolName: 'App', LambdaConfig: { PreSignUp: arn('SignUp') } },
      },
      MayCallFromApp: permission('SignUp', { SourceArn: arn('CognitoUserPoolApp') }),
      App: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'app-dev' } },
      AppClient: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'App' } } },
    }
    expect(judgeTemplate(changes).findings).toContainEqual({
      code: 'LG404',
      resource: 'CognitoUserPoolApp',
      path: ['Properties', 'LambdaConfig'],
      message:
        'The triggers are on the user pool CognitoUserPoolApp, but App, whose app clients are in this template, has no triggers: the Serverless Framework created CognitoUserPoolApp for `pool: App`',
    })
  })

  it('checks a pool of the template that a custom resource attaches as an existing pool, and finds LG405', () => {
    const changes = {
      [TRIGGER]: undefined,
      'Attach.Properties': { FunctionName: 'sign-up', UserPoolName: 'people', UserPoolConfigs: [{ Trigger: 'PreSignUp' }] },
      'Web.Properties.WriteAttributes': ['email'],
      MayCallSignUp: undefined,
    }
    expect(findCodes(changes).toSorted()).toEqual(['LG402', 'LG405'])
  })
})

describe('examine of a template with macros', () => {
  it('lists findings about missing resources as not checked', () => {
    const loop = { 'Fn::ForEach::Permissions': ['Name', ['SignUp'], {}] }
    const { findings, unknown } = judgeTemplate({ MayCallSignUp: undefined, ...loop })

    expect(findings.map(({ resource }) => resource)).toEqual(['Bystander'])
    expect(unknown).toContain('the resources of Fn::ForEach::Permissions: the value is known only at deployment')
    expect(unknown).toContainEqual(
      expect.stringMatching(/^LG202, because doctor did not read the whole template: No AWS::Lambda::Permission/),
    )
  })
})

describe('examine of missing permissions', () => {
  const statements = 'Role.Properties.Policies.0.PolicyDocument.Statement'

  it('returns the statement to add, with the table and the sender', () => {
    const { findings } = judgeTemplate({ [statements]: [allow('dynamodb:Query', arn('Rules'))] })

    expect(findings.flatMap(({ statement }) => statement?.statement ?? [])).toEqual([
      { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: arn('Rules') },
      {
        Effect: 'Allow',
        Action: ['ses:SendEmail'],
        Resource: sub('arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*'),
        Condition: { StringEquals: { 'ses:FromAddress': 'shop@example.com' } },
      },
    ])
  })

  it.each([
    ['AmazonDynamoDBReadOnlyAccess', ['LG303', 'LG305']],
    ['AmazonSESFullAccess', ['LG302', 'LG305']],
    ['AdministratorAccess', ['LG305']],
    ['AWSLambdaBasicExecutionRole', ['LG302', 'LG303']],
  ])('knows the AWS managed policy %s', (name, codes) => {
    const changes = { 'Role.Properties.Policies': [], 'Role.Properties.ManagedPolicyArns': [`arn:aws:iam::aws:policy/${name}`] }
    expect([...new Set(findCodes(changes))].toSorted()).toEqual(codes)
  })

  it('does not report a permission as unneeded if the role may belong to a function only at deployment', () => {
    const changes = { 'SignUp.Properties.Role': when(arn('Role'), arn('EmptyRole')), 'SignIn.Properties.Role': arn('Role') }
    const { findings, unknown } = judgeTemplate(changes)

    expect(findings.map(({ resource }) => resource)).toEqual(['Bystander'])
    expect(unknown).toContain('unneeded permissions of SignIn: the role of SignUp is known only at deployment')
  })

  it('does not take a policy of the account for the AWS managed policy of that name', () => {
    const changes = { 'Role.Properties.ManagedPolicyArns': ['arn:aws:iam::111122223333:policy/AdministratorAccess'], [statements]: [] }
    expect(findCodes(changes)).toEqual([])
    expect(judgeTemplate(changes).unknown).toContainEqual(expect.stringMatching(/^the permissions of SignUp: /))
  })
})
