import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

const parameter = { Ref: 'SomeParameter' }
const imported = { 'Fn::ImportValue': 'something' }

describe('examine with values that are known only at deployment', () => {
  it.each([
    ['a timeout', 'osls.json', { 'PreSignUpLambdaFunction.Properties.Timeout': parameter }],
    ['a memory size', 'osls.json', { 'PreSignUpLambdaFunction.Properties.MemorySize': { 'Fn::If': ['Unheard', 128, 512] } }],
    ['a runtime', 'osls.json', { 'PreSignUpLambdaFunction.Properties.Runtime': imported }],
    ['an imported table', 'osls.json', { 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE': imported }],
    ["a table's name", 'osls.json', { 'BlockTable.Properties.TableName': { 'Fn::Sub': `shop-\${Stage}-blocks` } }],
    ['a role', 'osls.json', { 'PreAuthenticationLambdaFunction.Properties.Role': imported, PreAuthenticationRole: undefined }],
    [
      'an imported managed policy of a role',
      'osls.json',
      { 'PreAuthenticationRole.Properties.ManagedPolicyArns': [imported], 'PreAuthenticationRole.Properties.Policies': [] },
    ],
    [
      'the resource of a statement',
      'osls.json',
      { 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource': parameter },
    ],
    [
      'a statement',
      'osls.json',
      { 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.1': { 'Fn::If': ['Unheard', {}, {}] } },
    ],
    [
      'a SAM policy template',
      'sam.yaml',
      { 'PostConfirmation.Properties.Policies': [{ DynamoDBBackupFullAccessPolicy: { TableName: { Ref: 'Profiles' } } }] },
    ],
    [
      'the principal of a permission',
      'osls.json',
      { 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp.Properties.Principal': parameter },
    ],
    [
      'the function of a permission',
      'osls.json',
      { 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp.Properties.FunctionName': imported },
    ],
    ['a trigger function', 'osls.json', { 'CognitoUserPoolUsers.Properties.LambdaConfig.CustomMessage': imported }],
    ['the WriteAttributes of a client', 'osls.json', { 'WebClient.Properties.WriteAttributes': parameter }],
    [
      'the pool of a client',
      'osls.json',
      { 'WebClient.Properties.UserPoolId': imported, 'WebClient.Properties.WriteAttributes': ['email'] },
    ],
    [
      'the LambdaVersion of a trigger',
      'cdk.template.json',
      { 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': parameter },
    ],
    [
      'two pre token generation functions',
      'amplify.json',
      {
        'UserPool.Properties.LambdaConfig.PreTokenGeneration': parameter,
        'UserPool.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: imported, LambdaVersion: 'V2_0' },
      },
    ],
    [
      'the function of a macro',
      'plain.yaml',
      { Made: { Type: 'AWS::CloudFormation::Macro', Properties: { Name: 'Makes', FunctionName: parameter } } },
    ],
    [
      'a pre token generation handler without Lifeguard',
      'osls.json',
      { 'PreTokenGenerationLambdaFunction.Properties.Handler': 'handlers/tokens-v1.handler' },
    ],
  ] as const)('reports no finding for an unknown value: %s', async (_, base, change) => {
    expect((await examineText(await patchTemplate(base, change))).findings).toEqual([])
  })

  it('lists each unknown value once as not checked', async () => {
    const change = { 'PreSignUpLambdaFunction.Properties.Timeout': parameter, 'PreAuthenticationLambdaFunction.Properties.Role': imported }
    const { unknown } = await examineText(await patchTemplate('osls.json', change))
    expect(unknown).toEqual([
      'Timeout of PreSignUpLambdaFunction: the value is known only at deployment',
      'the permissions of PreAuthenticationLambdaFunction: the role or a policy of the role is outside the template, or known only at deployment',
    ])
  })

  it.each([
    [
      'the unneeded permissions of a rule without `permissions`',
      'own-rule',
      'unneeded permissions of PreSignUp: some rules do not declare their permissions: ask-service',
    ],
    [
      'the missing permissions of a rule without `permissions`',
      'own-rule',
      'the permissions that the rule ask-service of PreSignUp needs: the rule does not declare its permissions',
    ],
    [
      'a handler that may miss a file of a layer',
      'layered',
      "the rules of PreSignUp: the handler does not start: ENOENT: no such file or directory, open '/opt/gone'",
    ],
    [
      'a handler that uses Lifeguard inside another function',
      'wrapped',
      'the rules of PreSignUp: the handler uses Lifeguard, but not as its outermost function, so its rules cannot be read',
    ],
  ])('lists %s as not checked, and reports no finding', async (_, file, said) => {
    const policies = [{ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] }]
    const change = { 'PreSignUp.Properties.Handler': `${file}.handler`, 'PreSignUp.Properties.Policies': policies }
    const { findings, unknown } = await examineText(await patchTemplate('sam.yaml', change))
    expect(findings).toEqual([])
    expect(unknown).toContain(said)
  })

  it('lists a missing handler as not checked if SAM builds the handler', async () => {
    const change = { 'PreSignUp.Properties.Handler': 'gone.handler', 'PreSignUp.Metadata': { BuildMethod: 'esbuild' } }
    const { findings, unknown } = await examineText(await patchTemplate('sam.yaml', change))

    expect(findings).toEqual([])
    expect(unknown).toContain("the rules of PreSignUp: the function's code was not found")
  })

  it('lists nothing as not checked for rules that call no AWS service', async () => {
    const { unknown } = await examineText(
      await patchTemplate('osls.json', { 'PreSignUpLambdaFunction.Properties.Handler': 'handlers/pure.handler' }),
    )
    expect(unknown).toEqual([])
  })

  it('lists the calls from a pool to a function as not checked if the template has no pool', async () => {
    const change = { CognitoUserPoolUsers: undefined, WebClient: undefined }
    const { findings, unknown } = await examineText(await patchTemplate('osls.json', change))
    expect(findings).toEqual([])
    expect(unknown).toContain('the calls of PreSignUpLambdaFunction for PreSignUp: the user pool is not in this template')
  })

  it('lists why the rules of a function are unknown if a pool outside the template may invoke it', async () => {
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
    expect(unknown).toContain('the rules of PreSignUpLambdaFunction: the handler does not start: Wrong settings: PAGE is "SomeParameter"')
  })

  it('checks a function that a pool outside the template may invoke, as the trigger that its rules are for', async () => {
    const permission = 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp'
    const change = {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      [`${permission}.Properties.SourceArn`]: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
      'PreSignUpLambdaFunction.Properties.Timeout': 30,
    }
    expect((await examineText(await patchTemplate('osls.json', change))).findings.map(({ code }) => code)).toEqual(['LG101'])
  })

  it('checks functions that the Serverless Framework attaches to a pool outside the template', async () => {
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
