import type { Fault } from './faults.ts'

/** Properties that no resource of the type has, or has in another way. */
export const PROPERTY_FAULTS: readonly Fault[] = [
  {
    base: 'osls.json',
    seeds: 'a misspelt property of a function',
    code: 'LG501',
    change: { 'PreSignUpLambdaFunction.Properties.MemmorySize': 512 },
    at: 'PreSignUpLambdaFunction.Properties.MemmorySize',
  },
  {
    base: 'sam.yaml',
    seeds: 'a property in the wrong case, in the place of a required one',
    code: 'LG501',
    change: { 'MachineClient.Properties.UserPoolId': undefined, 'MachineClient.Properties.UserPoolID': { Ref: 'Users' } },
    at: 'MachineClient.Properties.UserPoolID',
  },
  {
    base: 'plain.yaml',
    seeds: 'a misspelt property deep inside',
    code: 'LG501',
    change: { 'Users.Properties.Policies.PasswordPolicy.MinLength': 12 },
    at: 'Users.Properties.Policies.PasswordPolicy.MinLength',
  },
  {
    base: 'osls.json',
    seeds: 'a trigger that Cognito does not have',
    code: 'LG501',
    change: { 'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignup': attribute('PreSignUpLambdaFunction') },
    at: 'CognitoUserPoolUsers.Properties.LambdaConfig.PreSignup',
  },
  {
    base: 'cdk.template.json',
    seeds: 'an attribute, which nobody can set',
    code: 'LG501',
    change: { 'Users0A0EEA89.Properties.ProviderURL': 'https://example.com' },
    at: 'Users0A0EEA89.Properties.ProviderURL',
  },
  {
    base: 'cdk.template.json',
    seeds: 'a misspelt property of an element of a list',
    code: 'LG501',
    change: { 'Profiles3A1B.Properties.AttributeDefinitions.0.AttributTyp': 'S' },
    at: 'Profiles3A1B.Properties.AttributeDefinitions.0.AttributTyp',
  },
  {
    base: 'plain.yaml',
    seeds: 'a misspelt property in one way of a choice that the deployment makes',
    code: 'LG501',
    change: {
      'Users.Properties.Policies': {
        'Fn::If': ['Unheard', { PasswordPolicy: { MinimumLength: 8 } }, { PasswordPolicies: { MinimumLength: 12 } }],
      },
    },
    at: 'Users.Properties.Policies.Fn::If.2.PasswordPolicies',
  },
  {
    base: 'plain.yaml',
    seeds: 'a property of the framework in a resource of another service',
    code: 'LG501',
    change: { Topic: { Type: 'AWS::SNS::Topic', Properties: { topicName: 'alarms' } } },
    at: 'Topic.Properties.topicName',
  },
  {
    base: 'osls.json',
    seeds: 'a word in the place of a number',
    code: 'LG502',
    change: { 'PreSignUpLogGroup.Properties.RetentionInDays': 'never' },
    at: 'PreSignUpLogGroup.Properties.RetentionInDays',
  },
  {
    base: 'cdk.template.json',
    seeds: 'one text in the place of a list',
    code: 'LG502',
    change: { 'Users0A0EEA89.Properties.AutoVerifiedAttributes': 'email' },
    at: 'Users0A0EEA89.Properties.AutoVerifiedAttributes',
  },
  {
    base: 'plain.yaml',
    seeds: 'a list in the place of a text',
    code: 'LG502',
    change: { 'Sender.Properties.Handler': ['index.handler'] },
    at: 'Sender.Properties.Handler',
  },
  {
    base: 'sam.yaml',
    seeds: 'a word in the place of true or false',
    code: 'LG502',
    change: { 'MachineClient.Properties.GenerateSecret': 'always' },
    at: 'MachineClient.Properties.GenerateSecret',
  },
  {
    base: 'osls.json',
    seeds: 'tags as a map where the service takes a list of them',
    code: 'LG502',
    change: { 'BlockTable.Properties.Tags': { stage: 'dev' } },
    at: 'BlockTable.Properties.Tags',
  },
  {
    base: 'plain.yaml',
    seeds: 'a property without a value',
    code: 'LG502',
    change: { 'Users.Properties.UserPoolName': null },
    at: 'Users.Properties.UserPoolName',
  },
  {
    base: 'osls.json',
    seeds: 'a table without its key',
    code: 'LG503',
    change: { 'BlockTable.Properties.KeySchema': undefined },
    at: 'BlockTable.Properties',
  },
  {
    base: 'amplify.json',
    seeds: 'an app client without its pool',
    code: 'LG503',
    change: { 'UserPoolClientWeb.Properties.UserPoolId': undefined },
    at: 'UserPoolClientWeb.Properties',
  },
  {
    base: 'cdk.template.json',
    seeds: 'an element of a list without what it must have',
    code: 'LG503',
    change: { 'Profiles3A1B.Properties.AttributeDefinitions.0.AttributeType': undefined },
    at: 'Profiles3A1B.Properties.AttributeDefinitions.0',
  },
  {
    base: 'osls.json',
    seeds: 'a resource without any property, where one is required',
    code: 'LG503',
    change: { Filter: { Type: 'AWS::Logs::LogStream' } },
    at: 'Filter.Properties',
  },
]

function attribute(id: string): object {
  return { 'Fn::GetAtt': [id, 'Arn'] }
}
