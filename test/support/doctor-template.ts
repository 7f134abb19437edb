import { examine } from '../../src/tools/doctor/examine.ts'
import type { Judged } from '../../src/tools/doctor/finding.ts'
import type { Code } from '../../src/tools/doctor/loaded.ts'
import type { RuleDescription } from '../../src/tools/lib/description.ts'
import { readTemplate } from '../../src/tools/project/template.ts'

/** Returns the expression for a resource's ARN. */
export const arn = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] })
const lambda = (name: string, more: object = {}): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'a.handler',
    Code: {},
    Timeout: 5,
    MemorySize: 512,
    Role: arn('Role'),
    ...more,
  },
})
/** Returns the permission of the user pool Pool to invoke a function. */
export const permission = (id: string, more: object = {}): object => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: id },
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn: arn('Pool'),
    ...more,
  },
})
/** Returns an IAM statement. */
export const allow = (Action: unknown, Resource: unknown): object => ({ Effect: 'Allow', Action, Resource })

/** Returns a template in which doctor finds only one thing: the timeout of the function Bystander. */
function createTemplate(): { Resources: Record<string, unknown>; Conditions: object } {
  return {
    Conditions: { Undecided: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Resources: {
      SignUp: lambda('sign-up', { Environment: { Variables: { TABLE: 'rules', FROM: 'shop@example.com' } } }),
      SignIn: lambda('sign-in', { Role: arn('EmptyRole') }),
      Tokens: lambda('tokens', { Role: arn('EmptyRole') }),
      Bystander: lambda('bystander', { Timeout: 30, Role: arn('EmptyRole') }),
      Texts: lambda('texts', { Role: arn('EmptyRole') }),
      Migration: lambda('migration', { Role: arn('EmptyRole') }),
      Sweeper: lambda('sweeper', { Timeout: 60, Role: arn('EmptyRole') }),
      MayCallSignUp: permission('SignUp'),
      MayCallSignIn: permission('SignIn'),
      MayCallTokens: permission('Tokens'),
      MayCallTexts: permission('Texts'),
      MayCallBystander: permission('Bystander'),
      MayCallMigration: permission('Migration'),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          ManagedPolicyArns: [],
          Policies: [
            {
              PolicyName: 'rules',
              PolicyDocument: { Statement: [allow('dynamodb:GetItem', arn('Rules')), allow('ses:SendEmail', '*')] },
            },
          ],
        },
      },
      EmptyRole: { Type: 'AWS::IAM::Role', Properties: {} },
      Rules: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'rules' } },
      Others: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'others' } },
      Pool: {
        Type: 'AWS::Cognito::UserPool',
        Properties: {
          UserPoolName: 'people',
          UserPoolTier: 'ESSENTIALS',
          AliasAttributes: ['phone_number'],
          Schema: [{ Name: 'email', Required: false }],
          LambdaConfig: {
            PreSignUp: arn('SignUp'),
            PreAuthentication: arn('SignIn'),
            PreTokenGeneration: arn('Tokens'),
            PreTokenGenerationConfig: { LambdaArn: arn('Tokens'), LambdaVersion: 'V2_0' },
            PostAuthentication: arn('Bystander'),
            CustomMessage: arn('Texts'),
            UserMigration: arn('Migration'),
          },
          EmailConfiguration: { EmailSendingAccount: 'DEVELOPER' },
        },
      },
      OtherPool: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'others' } },
      Twin: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'twins', LambdaConfig: { CustomMessage: arn('Bystander') } } },
      MayCallFromTwin: permission('Bystander', { SourceArn: arn('Twin') }),
      Client: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'OtherPool' }, WriteAttributes: ['email'] } },
      Machine: {
        Type: 'AWS::Cognito::UserPoolClient',
        Properties: { UserPoolId: { Ref: 'Pool' }, WriteAttributes: ['email'], AllowedOAuthFlows: ['client_credentials'] },
      },
      Web: {
        Type: 'AWS::Cognito::UserPoolClient',
        Properties: { UserPoolId: { Ref: 'Pool' }, WriteAttributes: ['name'], ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] },
      },
      Attach: {
        Type: 'Custom::CognitoUserPool',
        Properties: { FunctionName: 'bystander', UserPoolName: 'elsewhere', UserPoolConfigs: [{ Trigger: 'PostConfirmation' }] },
      },
      Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://example.com/nested.json' } },
    },
  }
}

/** The code of a function of which doctor could read nothing. */
export const UNREAD_CODE: Code = {
  rule: undefined,
  trigger: undefined,
  takesCallback: false,
  source: undefined,
  namesRefresh: undefined,
  shown: undefined,
  sweeps: false,
  problem: undefined,
  fault: undefined,
  missing: undefined,
  misspelt: [],
}
const code = (trigger: string, more: Partial<RuleDescription>): Code => ({
  ...UNREAD_CODE,
  trigger,
  rule: { name: `rule of ${trigger}`, kind: 'rule', children: [], permissions: [], ...more },
})
const CODES: ReadonlyMap<string, Code> = new Map([
  [
    'SignUp',
    code('PreSignUp', {
      judges: 'email-domain',
      verifies: ['email'],
      permissions: [
        { actions: ['dynamodb:GetItem'], resource: 'TABLE' },
        { actions: ['ses:SendEmail'], resource: 'FROM' },
      ],
    }),
  ],
  ['SignIn', code('PreAuthentication', { judges: 'block' })],
  ['Tokens', code('PreTokenGeneration', { judges: 'block', lambdaVersion: 'V2_0' })],
  ['Texts', code('CustomMessage', { emailSending: 'developer' })],
  ['Migration', code('UserMigration', { hash: 'bcrypt:cost=10' })],
  ['Bystander', code('PostAuthentication', {})],
  ['Sweeper', { ...UNREAD_CODE, sweeps: true }],
])

/** Changes of a template by path below Resources, joined by dots. The value undefined removes the property. */
export type Changes = Readonly<Record<string, unknown>>

/**
 * Runs the checks on the template with changes, and with rules that no child process has to load.
 *
 * @param codes The code of functions whose code differs, by logical id.
 */
export function judgeTemplate(changes: Changes, codes: Readonly<Record<string, Code>> = {}): Judged {
  const template = createTemplate()
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    const holder = steps.reduce((at: Record<string, unknown>, step) => Object(at[step]), template.Resources)
    if (value === undefined) delete holder[last]
    else holder[last] = value
  }
  return examine({
    template: readTemplate('template', JSON.stringify(template)),
    codes: new Map([...CODES, ...Object.entries(codes)]),
    today: new Date('2026-12-01'),
  })
}
