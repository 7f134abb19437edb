import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

const parameter = { Ref: 'SomeParameter' }
const imported = { 'Fn::ImportValue': 'something' }

describe('what only the deployment decides', () => {
  it.each([
    ['a timeout', 'osls.json', { 'PreSignUpLambdaFunction.Properties.Timeout': parameter }],
    ['memory', 'osls.json', { 'PreSignUpLambdaFunction.Properties.MemorySize': { 'Fn::If': ['Unheard', 128, 512] } }],
    ['a runtime', 'osls.json', { 'PreSignUpLambdaFunction.Properties.Runtime': imported }],
    ['a table, by an import', 'osls.json', { 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE': imported }],
    ["a table's name", 'osls.json', { 'BlockTable.Properties.TableName': { 'Fn::Sub': `shop-\${Stage}-blocks` } }],
    ['a role', 'osls.json', { 'PreAuthenticationLambdaFunction.Properties.Role': imported, PreAuthenticationRole: undefined }],
    [
      "a role's further policies",
      'osls.json',
      { 'PreAuthenticationRole.Properties.ManagedPolicyArns': [imported], 'PreAuthenticationRole.Properties.Policies': [] },
    ],
    [
      'the resource of a right',
      'osls.json',
      { 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource': parameter },
    ],
    [
      'a statement',
      'osls.json',
      { 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.1': { 'Fn::If': ['Unheard', {}, {}] } },
    ],
    [
      'a policy template of SAM',
      'sam.yaml',
      { 'PostConfirmation.Properties.Policies': [{ DynamoDBCrudPolicy: { TableName: { Ref: 'Profiles' } } }] },
    ],
    [
      'whom a permission is for',
      'osls.json',
      { 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp.Properties.Principal': parameter },
    ],
    [
      'what a permission is on',
      'osls.json',
      { 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp.Properties.FunctionName': imported },
    ],
    ['a function', 'osls.json', { 'CognitoUserPoolUsers.Properties.LambdaConfig.CustomMessage': imported }],
    ['what a client may write', 'osls.json', { 'WebClient.Properties.WriteAttributes': parameter }],
    [
      'the pool of a client',
      'osls.json',
      { 'WebClient.Properties.UserPoolId': imported, 'WebClient.Properties.WriteAttributes': ['email'] },
    ],
    [
      'the version of a trigger',
      'cdk.template.json',
      { 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': parameter },
    ],
    [
      'two functions for tokens',
      'amplify.json',
      {
        'UserPool.Properties.LambdaConfig.PreTokenGeneration': parameter,
        'UserPool.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: imported, LambdaVersion: 'V2_0' },
      },
    ],
    [
      'a whole resource, made by a macro',
      'plain.yaml',
      { Made: { Type: 'AWS::CloudFormation::Macro', Properties: { Name: 'Makes', FunctionName: parameter } } },
    ],
    [
      "what pre token generation does, where it is somebody's own",
      'osls.json',
      { 'PreTokenGenerationLambdaFunction.Properties.Handler': 'handlers/tokens-v1.handler' },
    ],
  ] as const)('is not wrong: %s', async (_, base, change) => {
    expect((await examineText(await patchTemplate(base, change))).findings).toEqual([])
  })

  it('is said once', async () => {
    const change = { 'PreSignUpLambdaFunction.Properties.Timeout': parameter, 'PreAuthenticationLambdaFunction.Properties.Role': imported }
    const { unknown } = await examineText(await patchTemplate('osls.json', change))
    expect(unknown).toEqual([
      'Timeout of PreSignUpLambdaFunction, which the deployment decides',
      'the rights of PreAuthenticationLambdaFunction, of which this template does not hold all',
    ])
  })

  it.each([
    ['a rule that does not say what it needs', 'own-rule', 'whether PreSignUp needs its rights: ask-somebody do not say what they need'],
    ['what such a rule needs', 'own-rule', 'what ask-somebody of PreSignUp needs: it does not say'],
    ['a handler that does not start', 'broken', 'the rules of PreSignUp: it does not start: No such thing'],
    ['a handler that is not there', 'gone', 'the rules of PreSignUp: its code was not found'],
  ])('is all that is said of %s', async (_, file, said) => {
    const policies = [{ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] }]
    const change = { 'PreSignUp.Properties.Handler': `${file}.handler`, 'PreSignUp.Properties.Policies': policies }
    const { findings, unknown } = await examineText(await patchTemplate('sam.yaml', change))
    expect(findings).toEqual([])
    expect(unknown).toContain(said)
  })

  it('does not ask rules that call nothing what they need', async () => {
    const { unknown } = await examineText(
      await patchTemplate('osls.json', { 'PreSignUpLambdaFunction.Properties.Handler': 'handlers/pure.handler' }),
    )
    expect(unknown).toEqual([])
  })

  it('leaves it open whether a pool elsewhere calls a function, where the template holds no pool', async () => {
    const change = { CognitoUserPoolUsers: undefined, WebClient: undefined }
    const { findings, unknown } = await examineText(await patchTemplate('osls.json', change))
    expect(findings).toEqual([])
    expect(unknown).toContain('whether a pool that lives elsewhere calls PreSignUpLambdaFunction as PreSignUp')
  })

  it('says why it does not know the rules of a function that a pool elsewhere may invoke', async () => {
    const change = {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp.Properties.SourceArn':
        'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
      'PreSignUpLambdaFunction.Properties.Handler': 'handlers/at-init.handler',
      'PreSignUpLambdaFunction.Properties.Environment.Variables': { STRICT: 'PAGE', PAGE: parameter },
    }
    const { findings, unknown } = await examineText(await patchTemplate('osls.json', change))
    expect(findings).toEqual([])
    expect(unknown).toContain('the rules of PreSignUpLambdaFunction: it does not start: Wrong settings: PAGE is "SomeParameter"')
  })

  it('judges functions that a pool elsewhere may invoke as what their rules are for', async () => {
    const permission = 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp'
    const change = {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      [`${permission}.Properties.SourceArn`]: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
      'PreSignUpLambdaFunction.Properties.Timeout': 30,
    }
    expect((await examineText(await patchTemplate('osls.json', change))).findings.map(({ code }) => code)).toEqual(['LG101'])
  })

  it('judges functions that the Serverless Framework attaches to a pool elsewhere', async () => {
    const change = {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      Attach: {
        Type: 'Custom::CognitoUserPool',
        Properties: { FunctionName: 'shop-dev-preSignUp', UserPoolName: 'users', UserPoolConfigs: [{ Trigger: 'PreSignUp' }] },
      },
      'PreSignUpLambdaFunction.Properties.Timeout': 30,
    }
    const { findings } = await examineText(await patchTemplate('osls.json', change))
    expect(findings.map(({ code }) => code)).toEqual(['LG101'])
  })
})
