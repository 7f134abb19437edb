import { describe, expect, it } from 'vitest'
import type { Code } from '../../../src/tools/doctor/codes.ts'
import type { Judged } from '../../../src/tools/doctor/finding.ts'
import { allow, arn, judgeTemplate } from '../../support/doctor-template.ts'

/** Expressions that no template can resolve. */
const EXPRESSIONS: Readonly<Record<string, unknown>> = {
  'a parameter': { Ref: 'SomeParameter' },
  'an import': { 'Fn::ImportValue': 'something' },
  'an Fn::If with two unknown branches': { 'Fn::If': ['Undecided', { Ref: 'OneParameter' }, { 'Fn::ImportValue': 'something' }] },
  'an Fn::Select': { 'Fn::Select': [{ Ref: 'Zone' }, ['a', 'b']] },
  'an Fn::FindInMap': { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Size'] },
  'a dynamic reference': '{{resolve:ssm:/shop/value}}',
  'an Fn::Transform': { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://shop/part.yml' } } },
  'an output of a nested stack': { 'Fn::GetAtt': ['Nested', 'Outputs.Value'] },
}

interface Place {
  readonly code: Code
  readonly path: string
  /** A value that causes the finding. Undefined removes the property. */
  readonly wrong: unknown
  /** The start of the line that reports the unchecked value. */
  readonly says: RegExp
}

const POLICY = 'Role.Properties.Policies.0.PolicyDocument'
const CONFIG = 'Pool.Properties.LambdaConfig'
const wide = 'arn:aws:cognito-idp:eu-west-1:*:userpool/*'

const PLACES: readonly Place[] = [
  { code: 'LG101', path: 'SignUp.Properties.Timeout', wrong: 30, says: /^Timeout of SignUp: / },
  { code: 'LG102', path: 'SignUp.Properties.MemorySize', wrong: 128, says: /^MemorySize of SignUp: / },
  { code: 'LG103', path: 'SignUp.Properties.Runtime', wrong: 'nodejs18.x', says: /^Runtime of SignUp: / },
  { code: 'LG106', path: 'Sweeper.Properties.Timeout', wrong: 5, says: /^Timeout of the sweeper Sweeper: / },
  { code: 'LG107', path: 'Sweeper.Properties.FunctionName', wrong: 'n'.repeat(65), says: /^the lengths of the names of Sweeper: / },
  {
    code: 'LG202',
    path: 'MayCallSignUp.Properties.Action',
    wrong: 'lambda:GetFunction',
    says: /^the permission of the user pool Pool to invoke SignUp/,
  },
  {
    code: 'LG202',
    path: 'MayCallSignUp.Properties.Principal',
    wrong: 'events.amazonaws.com',
    says: /^the permission of the user pool Pool/,
  },
  {
    code: 'LG202',
    path: 'MayCallSignUp.Properties.SourceArn',
    wrong: arn('OtherPool'),
    says: /^the permission of the user pool Pool to invoke SignUp/,
  },
  {
    code: 'LG202',
    path: 'MayCallSignUp.Properties.FunctionName',
    wrong: { Ref: 'Sweeper' },
    says: /^the permission of the user pool Pool/,
  },
  { code: 'LG203', path: 'MayCallSignUp.Properties.Principal', wrong: '*', says: /^the breadth of MayCallSignUp: Principal/ },
  {
    code: 'LG203',
    path: 'MayCallSignUp.Properties.SourceArn',
    wrong: wide,
    says: /^the permission of the user pool Pool to invoke SignUp/,
  },
  {
    code: 'LG206',
    path: `${CONFIG}.PreTokenGeneration`,
    wrong: arn('SignIn'),
    says: /^the two functions for PreTokenGeneration in Pool: /,
  },
  { code: 'LG206', path: `${CONFIG}.PreTokenGenerationConfig.LambdaArn`, wrong: arn('SignIn'), says: /^the two functions for PreToken/ },
  {
    code: 'LG208',
    path: `${CONFIG}.PreTokenGenerationConfig.LambdaVersion`,
    wrong: 'V1_0',
    says: /^the event version V2_0 that the rule rule of PreTokenGeneration of Tokens needs: the version is known only at deployment/,
  },
  { code: 'LG209', path: 'Pool.Properties.UserPoolTier', wrong: 'LITE', says: /^the feature plan of Pool: / },
  { code: 'LG301', path: 'SignUp.Properties.Environment.Variables.TABLE', wrong: 'gone', says: /^the table of the rule/ },
  { code: 'LG302', path: 'SignUp.Properties.Role', wrong: arn('EmptyRole'), says: /^the permissions of SignUp: / },
  { code: 'LG302', path: 'Role.Properties.Policies', wrong: [], says: /^the permissions of SignUp: / },
  { code: 'LG302', path: 'Role.Properties.ManagedPolicyArns', wrong: undefined, says: /^the permissions of SignUp: / },
  { code: 'LG302', path: POLICY, wrong: { Statement: [] }, says: /^the permissions of SignUp: / },
  { code: 'LG302', path: `${POLICY}.Statement`, wrong: [], says: /^the permissions of SignUp: / },
  { code: 'LG302', path: `${POLICY}.Statement.0`, wrong: allow('dynamodb:Query', arn('Rules')), says: /^the permissions of SignUp: / },
  { code: 'LG302', path: `${POLICY}.Statement.0.Effect`, wrong: 'Deny', says: /^the permissions of SignUp: / },
  { code: 'LG302', path: `${POLICY}.Statement.0.Action`, wrong: 'dynamodb:Query', says: /^the permissions of SignUp: / },
  {
    code: 'LG302',
    path: `${POLICY}.Statement.0.Resource`,
    wrong: arn('Others'),
    says: /^the permission of SignUp for dynamodb:GetItem on Rules: /,
  },
  { code: 'LG303', path: `${POLICY}.Statement.1.Action`, wrong: 'ses:SendBounce', says: /^the permissions of SignUp: / },
  { code: 'LG304', path: `${CONFIG}.PreSignUp`, wrong: arn('Sweeper'), says: /^the function for PreSignUp: / },
  { code: 'LG304', path: CONFIG, wrong: {}, says: /^the calls of SignUp for PreSignUp: LambdaConfig of Pool / },
  { code: 'LG305', path: `${POLICY}.Statement.0.Action`, wrong: 's3:GetObject', says: /^the permissions of SignUp: / },
  { code: 'LG401', path: 'Pool.Properties.AliasAttributes', wrong: ['email'], says: /^AliasAttributes of Pool: / },
  { code: 'LG401', path: 'Pool.Properties.AliasAttributes.0', wrong: 'email', says: /^AliasAttributes of Pool: / },
  {
    code: 'LG402',
    path: 'Client.Properties.UserPoolId',
    wrong: { Ref: 'Pool' },
    says: /^the emails that users change through Client: UserPoolId/,
  },
  { code: 'LG402', path: 'Web.Properties.WriteAttributes', wrong: ['email'], says: /^the emails .* through Web: WriteAttributes/ },
  { code: 'LG402', path: 'Web.Properties.WriteAttributes.0', wrong: 'email', says: /^the emails .* through Web: WriteAttributes/ },
  {
    code: 'LG402',
    path: 'Machine.Properties.AllowedOAuthFlows',
    wrong: ['code'],
    says: /^the emails .* through Machine: AllowedOAuthFlows/,
  },
  {
    code: 'LG402',
    path: 'Machine.Properties.AllowedOAuthFlows.0',
    wrong: 'code',
    says: /^the emails .* through Machine: AllowedOAuthFlows/,
  },
  { code: 'LG402', path: 'Pool.Properties.Schema', wrong: [{ Name: 'email', Required: true }], says: /^the emails .* through Web: Schema/ },
  { code: 'LG402', path: 'Pool.Properties.Schema.0', wrong: { Name: 'email', Required: true }, says: /^the emails .* through Web: Schema/ },
  { code: 'LG402', path: 'Pool.Properties.Schema.0.Required', wrong: true, says: /^the emails .* through Web: Schema/ },
  {
    code: 'LG404',
    path: 'Twin.Properties.UserPoolName',
    wrong: 'others',
    says: /^if the user pools Twin and OtherPool have the same name: /,
  },
  {
    code: 'LG408',
    path: 'Pool.Properties.EmailConfiguration.EmailSendingAccount',
    wrong: 'COGNITO_DEFAULT',
    says: /^the emails of Texts: EmailSendingAccount of Pool/,
  },
  { code: 'LG408', path: 'Pool.Properties.EmailConfiguration', wrong: {}, says: /^the emails of Texts: EmailSendingAccount of Pool/ },
  {
    code: 'LG410',
    path: 'Web.Properties.ExplicitAuthFlows',
    wrong: ['ALLOW_USER_SRP_AUTH'],
    says: /^the app clients of Pool for user migration: /,
  },
  {
    code: 'LG410',
    path: 'Web.Properties.ExplicitAuthFlows.0',
    wrong: 'ALLOW_USER_SRP_AUTH',
    says: /^the app clients of Pool for user migration: /,
  },
  { code: 'LG411', path: 'Migration.Properties.MemorySize', wrong: 128, says: /^the time of a password hash in Migration: / },
  { code: 'LG405', path: 'Attach.Properties.UserPoolName', wrong: 'people', says: /^the user pool of Attach: / },
]

const others = ({ findings }: Judged): readonly string[] =>
  findings.filter(({ resource }) => resource !== 'Bystander').map(({ code }) => code)

describe('examine with an undecided expression', () => {
  it('finds only the timeout of the bystander in the template without such an expression', () => {
    expect(judgeTemplate({})).toEqual({
      findings: [expect.objectContaining({ code: 'LG101', resource: 'Bystander' })],
      unknown: [],
    })
  })

  it.each(PLACES.filter(({ path }) => !path.endsWith('ManagedPolicyArns')))('finds $code for a wrong $path', ({ code, path, wrong }) => {
    const { findings } = judgeTemplate({ [path]: wrong })
    expect(findings.map((each) => each.code)).toContain(code)
  })

  it.each(PLACES.flatMap((place) => Object.entries(EXPRESSIONS).map(([name, value]) => ({ ...place, name, value }))))(
    'reports $path with $name as not checked for $code, and loses nothing',
    ({ path, value, says }) => {
      const judged = judgeTemplate({ [path]: value })

      expect(others(judged)).toEqual([])
      expect(judged.unknown).toContainEqual(expect.stringMatching(says))
      expect(judged.findings).toContainEqual(expect.objectContaining({ code: 'LG101', resource: 'Bystander' }))
    },
  )
})
