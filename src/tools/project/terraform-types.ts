import { TRIGGER_NAMES, triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

type Values = Readonly<Record<string, unknown>>

interface Converted {
  readonly type: string
  readonly properties: Values
}

/** Converts the values of Terraform's resources to properties of CloudFormation. Keys are the types of Terraform. */
export const TERRAFORM_TYPES: Readonly<Record<string, (values: Values) => Converted>> = {
  aws_cognito_user_pool: ({ name, alias_attributes, schema, lambda_config }) => ({
    type: 'AWS::Cognito::UserPool',
    properties: {
      UserPoolName: name,
      AliasAttributes: alias_attributes,
      Schema: Array.isArray(schema)
        ? schema.map((each) => (isObject(each) && 'name' in each ? { Name: each.name, Required: each.required } : each))
        : schema,
      LambdaConfig: Array.isArray(lambda_config) ? toLambdaConfig(lambda_config[0]) : lambda_config,
    },
  }),
  aws_cognito_user_pool_client: ({ user_pool_id, write_attributes, allowed_oauth_flows, explicit_auth_flows }) => ({
    type: 'AWS::Cognito::UserPoolClient',
    properties: {
      UserPoolId: user_pool_id,
      WriteAttributes: withoutEmpty(write_attributes),
      AllowedOAuthFlows: withoutEmpty(allowed_oauth_flows),
      ExplicitAuthFlows: withoutEmpty(explicit_auth_flows),
    },
  }),
  aws_lambda_function: ({ function_name, handler, runtime, timeout, memory_size, role, environment }) => ({
    type: 'AWS::Lambda::Function',
    properties: {
      FunctionName: function_name,
      Handler: handler,
      Runtime: runtime,
      Timeout: timeout,
      MemorySize: memory_size,
      Role: role,
      Environment: Array.isArray(environment) && isObject(environment[0]) ? { Variables: environment[0].variables } : environment,
    },
  }),
  aws_lambda_alias: ({ function_name, name }) => ({ type: 'AWS::Lambda::Alias', properties: { FunctionName: function_name, Name: name } }),
  aws_lambda_permission: ({ action, function_name, qualifier, principal, source_arn, source_account }) => ({
    type: 'AWS::Lambda::Permission',
    properties: {
      Action: action,
      FunctionName: qualifier === undefined || qualifier === null ? function_name : { 'Fn::Join': [':', [function_name, qualifier]] },
      Principal: principal,
      SourceArn: source_arn,
      SourceAccount: source_account,
    },
  }),
  aws_iam_role: ({ name, inline_policy, managed_policy_arns }) => ({
    type: 'AWS::IAM::Role',
    properties: {
      RoleName: name,
      Policies: Array.isArray(inline_policy) ? inline_policy.flatMap(toInlinePolicy) : inline_policy,
      ManagedPolicyArns: managed_policy_arns,
    },
  }),
  aws_iam_role_policy: ({ role, policy }) => ({
    type: 'AWS::IAM::RolePolicy',
    properties: { RoleName: role, PolicyDocument: parsePolicy(policy) },
  }),
  aws_iam_policy: ({ policy }) => ({ type: 'AWS::IAM::ManagedPolicy', properties: { PolicyDocument: parsePolicy(policy) } }),
  aws_dynamodb_table: ({ name }) => ({ type: 'AWS::DynamoDB::Table', properties: { TableName: name } }),
}

/** Converts the block `lambda_config`. Its names are those of Cognito in lower case, with underscores. */
function toLambdaConfig(block: unknown): unknown {
  if (!isObject(block)) return block
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
      const [setting, more] = Array.isArray(value) ? value : [value]
      if (setting === undefined || setting === null || setting === '' || more !== undefined) return []
      const names = TRIGGER_NAMES.flatMap((name) => [name, triggerFacts(name).versionKey ?? []].flat())
      const name = names.find((each) => each.toLowerCase() === key.replaceAll('_', ''))
      if (name === undefined) return key.startsWith('Fn::') ? [[key, value]] : []
      const { lambda_arn: LambdaArn, lambda_version: LambdaVersion } = isObject(setting) ? setting : {}
      return [[name, LambdaArn === undefined ? setting : { LambdaArn, LambdaVersion }]]
    }),
  )
}

function toInlinePolicy(block: unknown): readonly unknown[] {
  if (!isObject(block) || block.policy === undefined || block.policy === null || block.policy === '') return []
  return [{ PolicyName: block.name, PolicyDocument: parsePolicy(block.policy) }]
}

/** Parses a policy document. A document that is known only after Terraform is applied stays as it is. */
function parsePolicy(text: unknown): unknown {
  return typeof text === 'string' ? tryParseJson(text) : text
}

/** Terraform's state has an empty list for a setting that is not set. */
function withoutEmpty(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value
}
