import type { Code } from '../../../../src/tools/doctor/codes.ts'

/** The clean templates, each in the shape that a tool gives them. */
export const CLEAN = ['osls.json', 'sam.yaml', 'cdk.template.json', 'plain.yaml', 'amplify.json'] as const

/** A clean template with one fault in it. */
export interface Fault {
  readonly base: (typeof CLEAN)[number]
  readonly seeds: string
  readonly code: Code
  /** Paths below Resources, with dots; undefined takes away what is there. */
  readonly change: Readonly<Record<string, unknown>>
  /** The resource and the path that the finding must name. */
  readonly at: string
}

const attribute = (id: string, name: string = 'Arn'): object => ({ 'Fn::GetAtt': [id, name] })
const permission = 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp'
const statements = (role: string): string => `${role}.Properties.Policies.0.PolicyDocument.Statement`
const inline = (code: string): object => ({ ZipFile: code })
const allowing = (Action: unknown, Resource: unknown): object => ({ Effect: 'Allow', Action, Resource })

/** Every fault, and what must be found. */
export const FAULTS: readonly Fault[] = [
  // How functions are run.
  {
    base: 'osls.json',
    seeds: 'a timeout of 30 seconds',
    code: 'LG101',
    change: { 'PreSignUpLambdaFunction.Properties.Timeout': 30 },
    at: 'PreSignUpLambdaFunction.Properties.Timeout',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a timeout written as a text',
    code: 'LG101',
    change: { 'Welcome.Properties.Timeout': '6' },
    at: 'Welcome.Properties.Timeout',
  },
  {
    base: 'sam.yaml',
    seeds: "a timeout of the function's own that goes before the global one",
    code: 'LG101',
    change: { 'PreSignUp.Properties.Timeout': 900 },
    at: 'PreSignUp.Properties.Timeout',
  },
  {
    base: 'plain.yaml',
    seeds: 'a long timeout under a condition that holds',
    code: 'LG101',
    change: { 'Judge.Properties.Timeout': { 'Fn::If': ['IsCheap', 4, 30] } },
    at: 'Judge.Properties.Timeout',
  },
  {
    base: 'osls.json',
    seeds: 'the least memory there is',
    code: 'LG102',
    change: { 'PreAuthenticationLambdaFunction.Properties.MemorySize': 128 },
    at: 'PreAuthenticationLambdaFunction.Properties.MemorySize',
  },
  {
    base: 'cdk.template.json',
    seeds: 'no memory, where Lambda gives 128 MB',
    code: 'LG102',
    change: { 'Tokens.Properties.MemorySize': undefined },
    at: 'Tokens.Properties.MemorySize',
  },
  {
    base: 'osls.json',
    seeds: 'Node 20, which has ended',
    code: 'LG103',
    change: { 'PreSignUpLambdaFunction.Properties.Runtime': 'nodejs20.x' },
    at: 'PreSignUpLambdaFunction.Properties.Runtime',
  },
  {
    base: 'sam.yaml',
    seeds: 'Node 18, which has ended',
    code: 'LG103',
    change: { 'PostConfirmation.Properties.Runtime': 'nodejs18.x' },
    at: 'PostConfirmation.Properties.Runtime',
  },
  {
    base: 'plain.yaml',
    seeds: 'a runtime that ended years ago',
    code: 'LG103',
    change: { 'Judge.Properties.Runtime': 'nodejs12.x' },
    at: 'Judge.Properties.Runtime',
  },
  {
    base: 'plain.yaml',
    seeds: 'a Python that has ended',
    code: 'LG103',
    change: { 'Judge.Properties.Runtime': 'python3.7' },
    at: 'Judge.Properties.Runtime',
  },

  // How handlers are written.
  {
    base: 'cdk.template.json',
    seeds: 'a handler with a callback, in its file',
    code: 'LG104',
    change: { 'Tokens.Properties.Handler': 'callback.handler' },
    at: 'Tokens.Properties.Handler',
  },
  {
    base: 'plain.yaml',
    seeds: 'a handler with a callback, in the template',
    code: 'LG104',
    change: { 'Judge.Properties.Code': inline('exports.handler = function (event, context, callback) { callback(null, event) }') },
    at: 'Judge.Properties.Handler',
  },
  {
    base: 'plain.yaml',
    seeds: 'an async handler with three parameters',
    code: 'LG104',
    change: { 'Judge.Properties.Code': inline('exports.handler = async (event, context, _callback) => event') },
    at: 'Judge.Properties.Handler',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a handler that calls context.done, in its file',
    code: 'LG105',
    change: { 'Tokens.Properties.Handler': 'context-done.handler' },
    at: 'Tokens.Properties.Handler',
  },
  {
    base: 'plain.yaml',
    seeds: 'a handler that calls context.succeed, in the template',
    code: 'LG105',
    change: { 'Judge.Properties.Code': inline('exports.handler = (event, context) => { context.succeed(event) }') },
    at: 'Judge.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'a setting with which the handler does not start',
    code: 'LG108',
    change: {
      'PreSignUpLambdaFunction.Properties.Handler': 'handlers/at-init.handler',
      'PreSignUpLambdaFunction.Properties.Environment.Variables': { STRICT: 'PAGE', PAGE: 'nowhere' },
    },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'a handler that the file does not export',
    code: 'LG108',
    change: { 'PreSignUp.Properties.Handler': 'pre-sign-up.handel' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'a handler that does not start, called by a pool that lives elsewhere',
    code: 'LG108',
    change: {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      [`${permission}.Properties.SourceArn`]: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
      'PreSignUpLambdaFunction.Properties.Handler': 'handlers/pre-sign-up.handel',
    },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },

  // The sweeper.
  {
    base: 'osls.json',
    seeds: 'a sweeper with the timeout of a trigger',
    code: 'LG106',
    change: { SweeperLambdaFunction: sweeper({ Timeout: 5 }) },
    at: 'SweeperLambdaFunction.Properties.Timeout',
  },
  {
    base: 'osls.json',
    seeds: "a sweeper with Lambda's own timeout",
    code: 'LG106',
    change: { SweeperLambdaFunction: sweeper({}) },
    at: 'SweeperLambdaFunction.Properties.Timeout',
  },

  // Names.
  {
    base: 'osls.json',
    seeds: 'a name of 65 characters',
    code: 'LG107',
    change: { 'PreSignUpLambdaFunction.Properties.FunctionName': 'n'.repeat(65) },
    at: 'PreSignUpLambdaFunction.Properties.FunctionName',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a name of 65 characters on a function that no pool calls, put together',
    code: 'LG107',
    change: {
      Report: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: { 'Fn::Join': ['-', ['a'.repeat(32), 'b'.repeat(32)]] },
          Role: 'arn:aws:iam::111122223333:role/report',
          Code: { S3Bucket: 'a', S3Key: 'b' },
        },
      },
    },
    at: 'Report.Properties.FunctionName',
  },

  // Cycles.
  {
    base: 'osls.json',
    seeds: "the pool's id in the environment of a trigger",
    code: 'LG201',
    change: { 'PreSignUpLambdaFunction.Properties.Environment.Variables.USER_POOL_ID': { Ref: 'CognitoUserPoolUsers' } },
    at: 'PreSignUpLambdaFunction.Properties.Environment.Variables.USER_POOL_ID',
  },
  {
    base: 'sam.yaml',
    seeds: "the app client's id in the environment of a trigger",
    code: 'LG201',
    change: { 'PreSignUp.Properties.Environment.Variables.CLIENT_ID': { Ref: 'WebClient' } },
    at: 'WebClient.Properties.UserPoolId',
  },
  {
    base: 'plain.yaml',
    seeds: "the pool's ARN in the role of a trigger",
    code: 'LG201',
    change: {
      'Role.Properties.Policies': [
        { PolicyName: 'pool', PolicyDocument: { Statement: [allowing('logs:PutLogEvents', { 'Fn::Sub': `\${Users.Arn}` })] } },
      ],
    },
    at: 'Role.Properties.Policies.0.PolicyDocument.Statement.0.Resource',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a policy on the pool that the trigger waits for',
    code: 'LG201',
    change: {
      'TokensPolicy.Type': 'AWS::IAM::Policy',
      'TokensPolicy.Properties': {
        PolicyName: 'groups',
        Roles: [{ Ref: 'TokensServiceRole' }],
        PolicyDocument: { Statement: [allowing('cognito-idp:AdminListGroupsForUser', attribute('Users0A0EEA89'))] },
      },
      'Tokens.DependsOn': ['TokensPolicy', 'TokensServiceRole'],
    },
    at: 'TokensPolicy.Properties.PolicyDocument.Statement.0.Resource',
  },

  // Permissions.
  {
    base: 'osls.json',
    seeds: 'no permission for one trigger',
    code: 'LG202',
    change: { [permission]: undefined },
    at: 'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignUp',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a permission for another service',
    code: 'LG202',
    change: { 'TokensPreTokenGenerationCognito.Properties.Principal': 'events.amazonaws.com' },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'a permission on the function where the pool calls its alias',
    code: 'LG202',
    change: { 'MayJudge.Properties.FunctionName': { Ref: 'Judge' } },
    at: 'Users.Properties.LambdaConfig.PreSignUp',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a permission for another pool',
    code: 'LG202',
    change: {
      Others: { Type: 'AWS::Cognito::UserPool', Properties: {} },
      'WelcomePostConfirmationCognito.Properties.SourceArn': attribute('Others'),
    },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PostConfirmation',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a permission for another action',
    code: 'LG202',
    change: { 'WelcomePostConfirmationCognito.Properties.Action': 'lambda:GetFunction' },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PostConfirmation',
  },
  {
    base: 'osls.json',
    seeds: 'a permission for every pool there is',
    code: 'LG203',
    change: { [`${permission}.Properties.SourceArn`]: undefined },
    at: `${permission}.Properties.Principal`,
  },
  {
    base: 'plain.yaml',
    seeds: 'a permission for anybody',
    code: 'LG203',
    change: { 'MayJudge.Properties.Principal': '*' },
    at: 'MayJudge.Properties.Principal',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a permission for the pools of every account',
    code: 'LG203',
    change: { 'WelcomePostConfirmationCognito.Properties.SourceArn': 'arn:aws:cognito-idp:eu-west-1:*:userpool/*' },
    at: 'WelcomePostConfirmationCognito.Properties.SourceArn',
  },
  {
    base: 'plain.yaml',
    seeds: 'a permission for the pools of every account, in a partition that the deployment names',
    code: 'LG203',
    change: { 'MaySend.Properties.SourceArn': { 'Fn::Sub': `arn:\${AWS::Partition}:cognito-idp:*:*:userpool/*` } },
    at: 'MaySend.Properties.SourceArn',
  },

  // Versions of tokens.
  {
    base: 'cdk.template.json',
    seeds: 'a handler of V2 wired as V1',
    code: 'LG204',
    change: {
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig': undefined,
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGeneration': attribute('Tokens'),
    },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGeneration',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a handler of V2 with LambdaVersion V1_0',
    code: 'LG204',
    change: { 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': 'V1_0' },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'a handler of V1 wired as V3',
    code: 'LG205',
    change: {
      'Users.Properties.LambdaConfig.PreTokenGeneration': undefined,
      'Users.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: attribute('Tokens'), LambdaVersion: 'V3_0' },
    },
    at: 'Users.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'two functions for tokens',
    code: 'LG206',
    change: { 'Users.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: { Ref: 'Live' }, LambdaVersion: 'V2_0' } },
    at: 'Users.Properties.LambdaConfig.PreTokenGeneration',
  },

  // What rules need.
  {
    base: 'osls.json',
    seeds: 'a table by a name that no table has',
    code: 'LG301',
    change: { 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE': 'shop-blocks' },
    at: 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE',
  },
  {
    base: 'cdk.template.json',
    seeds: 'the name of a table that was there once',
    code: 'LG301',
    change: { 'Welcome.Properties.Environment.Variables.PROFILE_TABLE': 'profiles' },
    at: 'Welcome.Properties.Environment.Variables.PROFILE_TABLE',
  },
  {
    base: 'osls.json',
    seeds: 'no right to read blocks',
    code: 'LG302',
    change: { [`${statements('PreAuthenticationRole')}.1`]: undefined },
    at: 'PreAuthenticationRole.Properties.Policies',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a policy that went to another role',
    code: 'LG302',
    change: {
      'WelcomeServiceRoleDefaultPolicy.Properties.PolicyDocument.Statement.0': allowing('ses:SendEmail', '*'),
    },
    at: 'WelcomeServiceRole.Properties.Policies',
  },
  {
    base: 'sam.yaml',
    seeds: 'no right to write profiles',
    code: 'LG302',
    change: { 'PostConfirmation.Properties.Policies.1.Statement.0': undefined },
    at: 'PostConfirmation.Properties.Policies',
  },
  {
    base: 'osls.json',
    seeds: 'a right on the index of a table and not on the table',
    code: 'LG302',
    change: { [`${statements('PreTokenGenerationRole')}.1`]: allowing('logs:PutLogEvents', { 'Fn::Sub': `\${BlockTable.Arn}/index/x` }) },
    at: 'PreTokenGenerationRole.Properties.Policies',
  },
  {
    base: 'cdk.template.json',
    seeds: 'no right to send mail',
    code: 'LG303',
    change: { 'WelcomeServiceRoleDefaultPolicy.Properties.PolicyDocument.Statement.1': undefined },
    at: 'WelcomeServiceRole.Properties.Policies',
  },
  {
    base: 'sam.yaml',
    seeds: 'a right to send under a condition that does not hold',
    code: 'LG303',
    change: {
      'PostConfirmation.Properties.Policies.1.Statement.1': {
        'Fn::If': ['Never', allowing('ses:SendEmail', '*'), { Ref: 'AWS::NoValue' }],
      },
    },
    at: 'PostConfirmation.Properties.Policies',
  },
  {
    base: 'osls.json',
    seeds: 'a trigger that the pool forgot',
    code: 'LG304',
    change: { 'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignUp': undefined },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'rules of one trigger on another',
    code: 'LG304',
    change: { 'PreSignUp.Properties.Events.SignUp.Properties.Trigger': 'CustomMessage' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'a right to delete blocks, which no rule does',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:DeleteItem', attribute('BlockTable')) },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'osls.json',
    seeds: 'all rights on the table',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:*', attribute('BlockTable')) },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'osls.json',
    seeds: 'a needed right, on every table there is',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:BatchGetItem', '*') },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'sam.yaml',
    seeds: 'a right over the users of the pool, which no rule asks for',
    code: 'LG305',
    change: { 'PreSignUp.Properties.Policies': [{ Statement: [allowing('cognito-idp:AdminDeleteUser', '*')] }] },
    at: 'PreSignUpRole.Properties.Policies.0.PolicyDocument.Statement.0',
  },

  // Settings of the pool.
  {
    base: 'sam.yaml',
    seeds: 'addresses taken as verified by a rule, in a pool where they are aliases',
    code: 'LG401',
    change: {
      'Users.Properties.UsernameAttributes': undefined,
      'Users.Properties.AliasAttributes': ['email'],
      'PreSignUp.Properties.Handler': 'verify-email.handler',
    },
    at: 'Users.Properties.AliasAttributes',
  },
  {
    base: 'plain.yaml',
    seeds: 'addresses taken as verified in the template, in a pool where they are aliases',
    code: 'LG401',
    change: {
      'Judge.Properties.Code': inline('exports.handler = async (event) => { event.response.autoVerifyEmail = true; return event }'),
    },
    at: 'Users.Properties.AliasAttributes',
  },
  {
    base: 'osls.json',
    seeds: 'an app client that writes all attributes, as it names none',
    code: 'LG402',
    change: { 'WebClient.Properties.WriteAttributes': undefined },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'sam.yaml',
    seeds: 'an app client that writes email',
    code: 'LG402',
    change: { 'WebClient.Properties.WriteAttributes': ['name', 'email'] },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'sam.yaml',
    seeds: 'a required email, which every app client writes',
    code: 'LG402',
    change: { 'Users.Properties.Schema': [{ Name: 'email', Required: true }] },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'osls.json',
    seeds: 'blocks that are checked at sign-in alone',
    code: 'LG403',
    change: {
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreTokenGeneration': undefined,
      PreTokenGenerationLambdaFunction: undefined,
    },
    at: 'CognitoUserPoolUsers.Properties.LambdaConfig.PreAuthentication',
  },
]

function sweeper(properties: object): object {
  const Properties = { Runtime: 'nodejs24.x', Handler: 'handlers/sweeper.handler', Role: 'arn:aws:iam::111122223333:role/sweeper' }
  return { Type: 'AWS::Lambda::Function', Properties: { ...Properties, Code: { S3Bucket: 'a', S3Key: 'b' }, ...properties } }
}
