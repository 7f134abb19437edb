import type { Code } from '../../../../src/tools/doctor/codes.ts'

/** Templates without faults. Each one has the format of a different deployment tool. */
export const CLEAN = ['osls.json', 'sam.yaml', 'cdk.template.json', 'plain.yaml', 'amplify.json'] as const

/** A change that adds one fault to a clean template. */
export interface Fault {
  readonly base: (typeof CLEAN)[number]
  /** A description of the fault, for the test title. */
  readonly seeds: string
  readonly code: Code
  /** New values by their path below Resources, joined by dots; undefined removes the value. */
  readonly change: Readonly<Record<string, unknown>>
  /** The resource and path that the finding must have. */
  readonly at: string
  /** Codes of other findings that always come with this one. */
  readonly also?: readonly Code[]
}

const attribute = (id: string, name: string = 'Arn'): object => ({ 'Fn::GetAtt': [id, name] })
const permission = 'PreSignUpLambdaPermissionCognitoUserPoolUsersTriggerSourcePreSignUp'
const statements = (role: string): string => `${role}.Properties.Policies.0.PolicyDocument.Statement`
const inline = (code: string): object => ({ ZipFile: code })
const allowing = (Action: unknown, Resource: unknown): object => ({ Effect: 'Allow', Action, Resource })

const CHALLENGES = { Define: 'DefineAuthChallenge', Create: 'CreateAuthChallenge', Verify: 'VerifyAuthChallengeResponse' } as const

/** All faults, with the expected findings. */
export const FAULTS: readonly Fault[] = [
  // Faults in the settings of functions: LG101 to LG103.
  {
    base: 'osls.json',
    seeds: 'a timeout of 30 seconds',
    code: 'LG101',
    change: { 'PreSignUpLambdaFunction.Properties.Timeout': 30 },
    at: 'PreSignUpLambdaFunction.Properties.Timeout',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a timeout that is a string',
    code: 'LG101',
    change: { 'Welcome.Properties.Timeout': '6' },
    at: 'Welcome.Properties.Timeout',
  },
  {
    base: 'sam.yaml',
    seeds: "a function's own timeout that overrides the global one",
    code: 'LG101',
    change: { 'PreSignUp.Properties.Timeout': 900 },
    at: 'PreSignUp.Properties.Timeout',
  },
  {
    base: 'plain.yaml',
    seeds: 'a long timeout in an Fn::If whose condition is known',
    code: 'LG101',
    change: { 'Judge.Properties.Timeout': { 'Fn::If': ['IsCheap', 4, 30] } },
    at: 'Judge.Properties.Timeout',
  },
  {
    base: 'osls.json',
    seeds: '128 MB of memory',
    code: 'LG102',
    change: { 'PreAuthenticationLambdaFunction.Properties.MemorySize': 128 },
    at: 'PreAuthenticationLambdaFunction.Properties.MemorySize',
  },
  {
    base: 'cdk.template.json',
    seeds: 'no MemorySize, so that Lambda uses 128 MB',
    code: 'LG102',
    change: { 'Tokens.Properties.MemorySize': undefined },
    at: 'Tokens.Properties.MemorySize',
  },
  {
    base: 'osls.json',
    seeds: 'the deprecated runtime Node 20',
    code: 'LG103',
    change: { 'PreSignUpLambdaFunction.Properties.Runtime': 'nodejs20.x' },
    at: 'PreSignUpLambdaFunction.Properties.Runtime',
  },
  {
    base: 'sam.yaml',
    seeds: 'the deprecated runtime Node 18',
    code: 'LG103',
    change: { 'PostConfirmation.Properties.Runtime': 'nodejs18.x' },
    at: 'PostConfirmation.Properties.Runtime',
  },
  {
    base: 'plain.yaml',
    seeds: 'a runtime that was deprecated years ago',
    code: 'LG103',
    change: { 'Judge.Properties.Runtime': 'nodejs12.x' },
    at: 'Judge.Properties.Runtime',
  },
  {
    base: 'plain.yaml',
    seeds: 'a deprecated Python runtime',
    code: 'LG103',
    change: { 'Judge.Properties.Runtime': 'python3.7' },
    at: 'Judge.Properties.Runtime',
  },

  // Faults in handlers: LG104, LG105, and LG108 to LG110.
  {
    base: 'cdk.template.json',
    seeds: 'a callback handler in a file',
    code: 'LG104',
    change: { 'Tokens.Properties.Handler': 'callback.handler' },
    at: 'Tokens.Properties.Handler',
  },
  {
    base: 'plain.yaml',
    seeds: 'a callback handler inline in the template',
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
    seeds: 'a handler in a file that calls context.done',
    code: 'LG105',
    change: { 'Tokens.Properties.Handler': 'context-done.handler' },
    at: 'Tokens.Properties.Handler',
  },
  {
    base: 'plain.yaml',
    seeds: 'an inline handler that calls context.succeed',
    code: 'LG105',
    change: { 'Judge.Properties.Code': inline('exports.handler = (event, context) => { context.succeed(event) }') },
    at: 'Judge.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'an invalid setting that keeps the handler from starting',
    code: 'LG108',
    change: {
      'PreSignUpLambdaFunction.Properties.Handler': 'handlers/at-init.handler',
      'PreSignUpLambdaFunction.Properties.Environment.Variables': { STRICT: 'PAGE', PAGE: 'nowhere' },
    },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'a handler name that the file does not export',
    code: 'LG108',
    change: { 'PreSignUp.Properties.Handler': 'pre-sign-up.handel' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'a handler that throws at its top level',
    code: 'LG108',
    change: { 'PreSignUp.Properties.Handler': 'broken.handler' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'a missing handler file',
    code: 'LG109',
    change: { 'PreSignUp.Properties.Handler': 'gone.handler' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: "a misspelt environment variable of Lifeguard's setting BLOCK_TABLE",
    code: 'LG110',
    change: {
      'PreAuthenticationLambdaFunction.Properties.Environment.Variables': { BLOCKS_TABLE: { Ref: 'BlockTable' } },
    },
    at: 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCKS_TABLE',
  },
  {
    base: 'osls.json',
    seeds: 'a handler that does not start, for a pool outside the template',
    code: 'LG108',
    change: {
      CognitoUserPoolUsers: undefined,
      WebClient: undefined,
      [`${permission}.Properties.SourceArn`]: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
      'PreSignUpLambdaFunction.Properties.Handler': 'handlers/pre-sign-up.handel',
    },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },

  // Faults in the settings of the sweeper: LG106.
  {
    base: 'osls.json',
    seeds: 'a sweeper with the timeout of a trigger',
    code: 'LG106',
    change: { SweeperLambdaFunction: sweeper({ Timeout: 5 }) },
    at: 'SweeperLambdaFunction.Properties.Timeout',
  },
  {
    base: 'osls.json',
    seeds: "a sweeper with Lambda's default timeout",
    code: 'LG106',
    change: { SweeperLambdaFunction: sweeper({}) },
    at: 'SweeperLambdaFunction.Properties.Timeout',
  },

  // Faults in the names of functions: LG107.
  {
    base: 'osls.json',
    seeds: 'a function name of 65 characters',
    code: 'LG107',
    change: { 'PreSignUpLambdaFunction.Properties.FunctionName': 'n'.repeat(65) },
    at: 'PreSignUpLambdaFunction.Properties.FunctionName',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a joined name of 65 characters, on a function that no pool calls',
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

  // Dependency cycles: LG201.
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
    seeds: 'a policy on the pool that the trigger depends on',
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

  // Faults in invoke permissions: LG202 and LG203.
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
    seeds: 'a permission on the function although the pool calls its alias',
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
    seeds: 'a permission for every pool of every account',
    code: 'LG203',
    change: { [`${permission}.Properties.SourceArn`]: undefined },
    at: `${permission}.Properties.Principal`,
  },
  {
    base: 'plain.yaml',
    seeds: 'a permission for any principal',
    code: 'LG203',
    change: { 'MayJudge.Properties.Principal': '*' },
    at: 'MayJudge.Properties.Principal',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a SourceArn for the pools of every account',
    code: 'LG203',
    change: { 'WelcomePostConfirmationCognito.Properties.SourceArn': 'arn:aws:cognito-idp:eu-west-1:*:userpool/*' },
    at: 'WelcomePostConfirmationCognito.Properties.SourceArn',
  },
  {
    base: 'plain.yaml',
    seeds: 'a SourceArn for the pools of every account, with the partition as a parameter',
    code: 'LG203',
    change: { 'MaySend.Properties.SourceArn': { 'Fn::Sub': `arn:\${AWS::Partition}:cognito-idp:*:*:userpool/*` } },
    at: 'MaySend.Properties.SourceArn',
  },

  // Faults in the versions of pre token generation: LG204 to LG206, LG208 and LG209.
  {
    base: 'cdk.template.json',
    seeds: 'a handler that returns V2 claims, but receives V1_0 events',
    code: 'LG204',
    change: {
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig': undefined,
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGeneration': attribute('Tokens'),
    },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGeneration',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a handler that returns V2 claims, but has LambdaVersion V1_0',
    code: 'LG204',
    change: { 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': 'V1_0' },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'a handler that returns V1 claims, but receives V3_0 events',
    code: 'LG205',
    change: {
      'Users.Properties.LambdaConfig.PreTokenGeneration': undefined,
      'Users.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: attribute('Tokens'), LambdaVersion: 'V3_0' },
    },
    at: 'Users.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'two pre token generation functions',
    code: 'LG206',
    change: { 'Users.Properties.LambdaConfig.PreTokenGenerationConfig': { LambdaArn: { Ref: 'Live' }, LambdaVersion: 'V2_0' } },
    at: 'Users.Properties.LambdaConfig.PreTokenGeneration',
  },

  {
    base: 'cdk.template.json',
    seeds: 'a rule for the access token, but events of version V1_0',
    code: 'LG208',
    change: {
      'Tokens.Properties.Handler': 'access-claims.handler',
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': 'V1_0',
    },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'cdk.template.json',
    seeds: 'events of version V2_0 in the plan LITE',
    code: 'LG209',
    change: { 'Users0A0EEA89.Properties.UserPoolTier': 'LITE' },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'cdk.template.json',
    seeds: 'events of version V3_0 in the plan LITE with advanced security',
    code: 'LG209',
    change: {
      'Users0A0EEA89.Properties.UserPoolTier': 'LITE',
      'Users0A0EEA89.Properties.UserPoolAddOns': { AdvancedSecurityMode: 'ENFORCED' },
      'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion': 'V3_0',
    },
    at: 'Users0A0EEA89.Properties.LambdaConfig.PreTokenGenerationConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'a version of a function instead of its alias',
    code: 'LG207',
    change: {
      Published: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Judge' } } },
      'Users.Properties.LambdaConfig.PreSignUp': { Ref: 'Published' },
      'MayJudge.Properties.FunctionName': { Ref: 'Published' },
    },
    at: 'Users.Properties.LambdaConfig.PreSignUp',
  },

  // Faults in the tables and permissions of rules: LG301 to LG305.
  {
    base: 'osls.json',
    seeds: 'a table name that no table of the template has',
    code: 'LG301',
    change: { 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE': 'shop-blocks' },
    at: 'PreAuthenticationLambdaFunction.Properties.Environment.Variables.BLOCK_TABLE',
  },
  {
    base: 'cdk.template.json',
    seeds: 'the name of a table that was removed',
    code: 'LG301',
    change: { 'Welcome.Properties.Environment.Variables.PROFILE_TABLE': 'profiles' },
    at: 'Welcome.Properties.Environment.Variables.PROFILE_TABLE',
  },
  {
    base: 'osls.json',
    seeds: 'no permission to read blocks',
    code: 'LG302',
    change: { [`${statements('PreAuthenticationRole')}.1`]: undefined },
    at: 'PreAuthenticationRole.Properties.Policies',
  },
  {
    base: 'cdk.template.json',
    seeds: 'no permission to update profiles',
    code: 'LG302',
    change: {
      'WelcomeServiceRoleDefaultPolicy.Properties.PolicyDocument.Statement.0': allowing('ses:SendEmail', '*'),
    },
    at: 'WelcomeServiceRole.Properties.Policies',
  },
  {
    base: 'sam.yaml',
    seeds: 'no permission to write profiles',
    code: 'LG302',
    change: { 'PostConfirmation.Properties.Policies.1.Statement.0': undefined },
    at: 'PostConfirmation.Properties.Policies',
  },
  {
    base: 'osls.json',
    seeds: 'a statement on the index of a table instead of the table',
    code: 'LG302',
    change: { [`${statements('PreTokenGenerationRole')}.1`]: allowing('logs:PutLogEvents', { 'Fn::Sub': `\${BlockTable.Arn}/index/x` }) },
    at: 'PreTokenGenerationRole.Properties.Policies',
  },
  {
    base: 'cdk.template.json',
    seeds: 'no permission to send email',
    code: 'LG303',
    change: { 'WelcomeServiceRoleDefaultPolicy.Properties.PolicyDocument.Statement.1': undefined },
    at: 'WelcomeServiceRole.Properties.Policies',
  },
  {
    base: 'sam.yaml',
    seeds: 'a permission to send email under a condition that is false',
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
    seeds: 'a trigger function that the pool does not call',
    code: 'LG304',
    change: { 'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignUp': undefined },
    at: 'PreSignUpLambdaFunction.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'rules for pre sign-up on custom message',
    code: 'LG304',
    change: { 'PreSignUp.Properties.Events.SignUp.Properties.Trigger': 'CustomMessage' },
    at: 'PreSignUp.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'an unneeded permission to delete blocks',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:DeleteItem', attribute('BlockTable')) },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'osls.json',
    seeds: 'a permission for all actions on the table',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:*', attribute('BlockTable')) },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'osls.json',
    seeds: 'a needed permission, but on every table',
    code: 'LG305',
    change: { [`${statements('PreAuthenticationRole')}.2`]: allowing('dynamodb:BatchGetItem', '*') },
    at: 'PreAuthenticationRole.Properties.Policies.0.PolicyDocument.Statement.2',
  },
  {
    base: 'sam.yaml',
    seeds: 'an unneeded permission to delete users',
    code: 'LG305',
    change: { 'PreSignUp.Properties.Policies': [{ Statement: [allowing('cognito-idp:AdminDeleteUser', '*')] }] },
    at: 'PreSignUpRole.Properties.Policies.0.PolicyDocument.Statement.0',
  },

  // Faults in the settings of the pool: LG401 to LG411.
  {
    base: 'sam.yaml',
    seeds: 'a rule that marks emails as verified, in a pool with email aliases',
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
    seeds: 'inline code that marks emails as verified, in a pool with email aliases',
    code: 'LG401',
    change: {
      'Judge.Properties.Code': inline('exports.handler = async (event) => { event.response.autoVerifyEmail = true; return event }'),
    },
    at: 'Users.Properties.AliasAttributes',
  },
  {
    base: 'osls.json',
    seeds: 'an app client without WriteAttributes',
    code: 'LG402',
    change: { 'WebClient.Properties.WriteAttributes': undefined },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'sam.yaml',
    seeds: 'an app client that may write email',
    code: 'LG402',
    change: { 'WebClient.Properties.WriteAttributes': ['name', 'email'] },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'sam.yaml',
    seeds: 'a required email, which every app client may write',
    code: 'LG402',
    change: { 'Users.Properties.Schema': [{ Name: 'email', Required: true }] },
    at: 'WebClient.Properties.WriteAttributes',
  },
  {
    base: 'osls.json',
    seeds: 'blocks that are checked only at sign-in',
    code: 'LG403',
    change: {
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreTokenGeneration': undefined,
      PreTokenGenerationLambdaFunction: undefined,
    },
    at: 'CognitoUserPoolUsers.Properties.LambdaConfig.PreAuthentication',
  },
  {
    base: 'osls.json',
    seeds: 'a session of managed login of 90 days, with blocks that are checked only at sign-in',
    code: 'LG414',
    change: {
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreTokenGeneration': undefined,
      PreTokenGenerationLambdaFunction: undefined,
      Sessions: {
        Type: 'AWS::Cognito::UserPoolClientSessionConfigurationAttachment',
        Properties: {
          UserPoolId: { Ref: 'CognitoUserPoolUsers' },
          ClientId: { Ref: 'WebClient' },
          SSOSession: { MaxValidityMinutes: 129_600 },
        },
      },
    },
    at: 'Sessions.Properties.SSOSession.MaxValidityMinutes',
    also: ['LG403'],
  },
  {
    base: 'osls.json',
    seeds: 'app clients on another pool with the same name',
    code: 'LG404',
    change: {
      'CognitoUserPoolUsers.Properties.UserPoolName': 'people',
      People: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'people' } },
      'WebClient.Properties.UserPoolId': { Ref: 'People' },
    },
    at: 'CognitoUserPoolUsers.Properties.LambdaConfig',
  },
  {
    base: 'osls.json',
    seeds: 'a trigger that a custom resource adds to a pool of the template',
    code: 'LG405',
    change: {
      'CognitoUserPoolUsers.Properties.UserPoolName': 'people',
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignUp': undefined,
      Existing: {
        Type: 'Custom::CognitoUserPool',
        Properties: {
          FunctionName: { Ref: 'PreSignUpLambdaFunction' },
          UserPoolName: 'people',
          UserPoolConfigs: [{ Trigger: 'PreSignUp' }],
        },
      },
    },
    at: 'Existing.Properties.UserPoolConfigs.0',
  },
  {
    base: 'cdk.template.json',
    seeds: 'code that looks for the source of a refresh, and an app client with rotation',
    code: 'LG406',
    change: {
      'Tokens.Properties.Handler': 'refresh.handler',
      Client: {
        Type: 'AWS::Cognito::UserPoolClient',
        Properties: { UserPoolId: { Ref: 'Users0A0EEA89' }, RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 } },
      },
    },
    at: 'Tokens.Properties.Handler',
  },
  {
    base: 'osls.json',
    seeds: 'a function that the pool may invoke, but does not name',
    code: 'LG407',
    change: {
      Federation: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ Runtime: 'nodejs24.x', Handler: 'handlers/parked.handler', Role: 'arn:aws:iam::111122223333:role/federation' },
          Code: { S3Bucket: 'a', S3Key: 'b' },
        },
      },
      FederationPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: attribute('Federation'),
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: attribute('CognitoUserPoolUsers'),
        },
      },
    },
    at: 'FederationPermission.Properties.FunctionName',
  },
  // Faults of custom senders: LG501 to LG505.
  {
    base: 'plain.yaml',
    seeds: 'a custom sender in a pool without a KMS key',
    code: 'LG501',
    change: { 'Users.Properties.LambdaConfig.KMSKeyID': undefined },
    at: 'Users.Properties.LambdaConfig',
  },
  {
    base: 'plain.yaml',
    seeds: 'a KMS key that only decrypts',
    code: 'LG502',
    change: { 'SenderKey.Properties.KeyPolicy.Statement': [allowing(['kms:Decrypt'], '*')] },
    at: 'SenderKey.Properties.KeyPolicy',
  },
  {
    base: 'plain.yaml',
    seeds: 'a custom sender without an event version',
    code: 'LG503',
    change: { 'Users.Properties.LambdaConfig.CustomEmailSender': attribute('Sender') },
    at: 'Users.Properties.LambdaConfig.CustomEmailSender',
  },
  {
    base: 'plain.yaml',
    seeds: 'a custom sender whose failed events are not repeated',
    code: 'LG504',
    change: { 'SenderRetries.Properties.MaximumRetryAttempts': 0 },
    at: 'SenderRetries.Properties.MaximumRetryAttempts',
  },
  {
    base: 'plain.yaml',
    seeds: 'a custom sender without a destination for failed events',
    code: 'LG505',
    change: { 'SenderRetries.Properties.DestinationConfig': undefined },
    at: 'Sender.Properties',
  },
  {
    base: 'cdk.template.json',
    seeds: 'emails of custom message in a pool that Cognito sends emails for',
    code: 'LG408',
    change: customMessage('developer', {}),
    at: 'Users0A0EEA89.Properties',
  },
  {
    base: 'cdk.template.json',
    seeds: 'emails of custom message that the rules leave out',
    code: 'LG409',
    change: customMessage('cognito', {
      EmailSendingAccount: 'DEVELOPER',
      SourceArn: 'arn:aws:ses:eu-west-1:111122223333:identity/example.com',
    }),
    at: 'Users0A0EEA89.Properties.EmailConfiguration',
  },
  {
    base: 'cdk.template.json',
    seeds: 'user migration in a pool whose app clients send no password',
    code: 'LG410',
    change: userMigration('ALLOW_USER_SRP_AUTH', 'bcrypt:cost=10'),
    at: 'Users0A0EEA89.Properties.LambdaConfig.UserMigration',
  },
  {
    base: 'cdk.template.json',
    seeds: 'password hashes that take longer than Cognito waits',
    code: 'LG411',
    change: userMigration('ALLOW_USER_PASSWORD_AUTH', 'bcrypt:cost=13'),
    at: 'Migration.Properties.MemorySize',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a custom challenge without the function that checks the answer',
    code: 'LG412',
    change: customChallenge('ALLOW_CUSTOM_AUTH', 'Define', 'Create'),
    at: 'Users0A0EEA89.Properties.LambdaConfig.DefineAuthChallenge',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a custom challenge in a pool whose app clients cannot start one',
    code: 'LG413',
    change: customChallenge('ALLOW_USER_SRP_AUTH', 'Define', 'Create', 'Verify'),
    at: 'Users0A0EEA89.Properties.LambdaConfig.DefineAuthChallenge',
  },
]

/** Adds functions of a custom challenge and an app client to the pool of the CDK. */
function customChallenge(flow: string, ...names: readonly (keyof typeof CHALLENGES)[]): Fault['change'] {
  const functions = names.flatMap((name): readonly (readonly [string, unknown])[] => [
    [
      name,
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ Handler: `challenges.${name.toLowerCase()}`, Runtime: 'nodejs24.x', MemorySize: 512, Timeout: 5 },
          Code: { S3Bucket: 'a', S3Key: 'b' },
          Role: attribute('TokensServiceRole'),
        },
        Metadata: { 'aws:asset:path': 'handlers', 'aws:asset:property': 'Code' },
      },
    ],
    [
      `MayCall${name}`,
      {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: attribute(name),
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: attribute('Users0A0EEA89'),
        },
      },
    ],
    [`Users0A0EEA89.Properties.LambdaConfig.${CHALLENGES[name]}`, attribute(name)],
  ])
  return {
    ...Object.fromEntries(functions),
    OwnClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: { Ref: 'Users0A0EEA89' }, ExplicitAuthFlows: [flow], WriteAttributes: ['name'] },
    },
  }
}

/** Adds a user migration function and an app client to the pool of the CDK. */
function userMigration(flow: string, hash: string): Fault['change'] {
  return {
    Migration: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ Handler: 'migration.handler', Runtime: 'nodejs24.x', MemorySize: 512, Timeout: 5 },
        Code: { S3Bucket: 'a', S3Key: 'b' },
        Environment: { Variables: { HASH: hash } },
        Role: attribute('TokensServiceRole'),
      },
      Metadata: { 'aws:asset:path': 'handlers', 'aws:asset:property': 'Code' },
    },
    MayCallMigration: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: attribute('Migration'),
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: attribute('Users0A0EEA89'),
      },
    },
    OwnClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: { Ref: 'Users0A0EEA89' }, ExplicitAuthFlows: [flow], WriteAttributes: ['name'] },
    },
    // Managed login sends the password too.
    'UsersWeb6F2C.Properties.AllowedOAuthFlows': ['client_credentials'],
    'Users0A0EEA89.Properties.LambdaConfig.UserMigration': attribute('Migration'),
  }
}

/** Adds a custom message function with emails to the pool of the CDK. */
function customMessage(emailSending: string, configuration: object): Fault['change'] {
  return {
    Texts: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ Handler: 'emails.handler', Runtime: 'nodejs24.x', MemorySize: 512, Timeout: 5 },
        Code: { S3Bucket: 'a', S3Key: 'b' },
        Environment: { Variables: { EMAIL_SENDING: emailSending } },
        Role: attribute('TokensServiceRole'),
      },
      Metadata: { 'aws:asset:path': 'handlers', 'aws:asset:property': 'Code' },
    },
    MayCallTexts: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: attribute('Texts'),
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: attribute('Users0A0EEA89'),
      },
    },
    'Users0A0EEA89.Properties.LambdaConfig.CustomMessage': attribute('Texts'),
    'Users0A0EEA89.Properties.EmailConfiguration': configuration,
  }
}

function sweeper(properties: object): object {
  const Properties = { Runtime: 'nodejs24.x', Handler: 'handlers/sweeper.handler', Role: 'arn:aws:iam::111122223333:role/sweeper' }
  return { Type: 'AWS::Lambda::Function', Properties: { ...Properties, Code: { S3Bucket: 'a', S3Key: 'b' }, ...properties } }
}
