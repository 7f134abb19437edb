// Creates the role of a function. The role lets the function write logs and traces, and grants the permissions that the handler
// declares. It allows nothing else.
const { userError } = require('./handlers.cjs')

const byLambda = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

/** Returns the role of a function, under the logical id from its block in serverless.yml. */
exports.createRole = (lambda, service) => {
  if (typeof lambda.role !== 'string')
    throw userError(`The block of ${lambda.name} has no role. Add this line to it: role: ${lambda.id}Role`)
  // The framework creates the log group, so the function needs no permission to create one.
  const logs = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [`${lambda.id}LogGroup`, 'Arn'] })
  // X-Ray's actions support no resource-level permissions, so this statement allows all resources.
  const traces = allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')
  const needed = mergeStatements(lambda.permissions.map((permission) => statementFor(permission, lambda, service)))
  const Policies = [
    policy('logs', [logs]),
    ...(service.tracing === 'Active' ? [policy('traces', [traces])] : []),
    ...(needed.length > 0 ? [policy('rules', needed)] : []),
  ]
  return { [lambda.role]: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: byLambda, Policies } } }
}

function policy(PolicyName, Statement) {
  return { PolicyName, PolicyDocument: { Version: '2012-10-17', Statement } }
}

function allow(actions, Resource, Condition) {
  return { Effect: 'Allow', Action: actions.length === 1 ? actions[0] : actions, Resource, ...(Condition && { Condition }) }
}

/** Merges the statements about a resource into one, with the actions of all rules that need the resource. */
function mergeStatements(statements) {
  const merged = new Map()
  for (const { Action, ...rest } of statements) {
    const key = JSON.stringify(rest)
    const actions = [...(merged.get(key)?.actions ?? []), ...[Action].flat()]
    merged.set(key, { actions: [...new Set(actions)], rest })
  }
  return [...merged.values()].map(({ actions, rest }) => ({ ...rest, Action: actions.length === 1 ? actions[0] : actions }))
}

/** Returns the statement for a permission. Its `resource` is the name of a setting, or `user-pool`. */
function statementFor({ rule, actions, resource, index }, lambda, service) {
  if (resource === 'user-pool') return allow(actions, findPool(lambda, service))
  // The resource of a text message is the phone number. It is not an ARN, so it cannot be listed. Topics have ARNs.
  if (resource === 'phone-numbers') return { Effect: 'Allow', Action: actions, NotResource: 'arn:*:sns:*:*:*' }
  const value = lambda.environment[resource]
  const needs = `${rule ?? 'The handler'} of ${lambda.name} needs ${actions.join(', ')} on ${resource}`
  if (value === undefined || value === '') throw userError(`${needs}, but ${resource} is not set in the function's environment`)
  // SES checks the verified identity of the sender, which is an address or a domain. In its sandbox, it also checks the recipient.
  // The statement therefore allows all identities and restricts the sender.
  if (actions.every((action) => action.startsWith('ses:')))
    return allow(
      actions,
      { 'Fn::Sub': arn('ses', 'identity/*', findSesRegion(lambda)) },
      { StringEquals: { 'ses:FromAddress': removeDisplayName(value) } },
    )
  const inside = index === undefined ? '' : `/index/${index}`
  const id = value.Ref ?? findTable(value, service.tables)
  if (id !== undefined) return allow(actions, inside ? { 'Fn::Sub': `\${${id}.Arn}${inside}` } : { 'Fn::GetAtt': [id, 'Arn'] })
  if (typeof value === 'object') return allow(actions, value)
  if (value.startsWith('arn:')) return allow(actions, value + inside)
  // This stack has no table of this name, so the value is the name of a table in another stack.
  if (actions.every((action) => action.startsWith('dynamodb:')))
    return allow(actions, { 'Fn::Sub': arn('dynamodb', `table/${value}${inside}`) })
  throw userError(`${needs}. ${resource} is "${value}"; expected an ARN`)
}

/** Returns the region of SES, which may differ from the function's region. A value that is known only in AWS allows all regions. */
function findSesRegion({ environment: { SES_REGION: region } }) {
  if (typeof region === 'object') return '*'
  return region || undefined
}

/** Returns the address of `Example <hello@example.com>`, because SES compares the address without the display name. */
function removeDisplayName(sender) {
  return typeof sender === 'string' ? sender.replace(/^.*<([^<>]*)>\s*$/s, '$1') : sender
}

function findTable(name, tables) {
  return Object.keys(tables).find((id) => tables[id].Properties?.TableName === name)
}

/**
 * Returns the ARN of the pool. For a trigger of the stack's own pool, returns a pattern for all pools. The pool depends on its
 * triggers, so a reference from their roles to the pool would be a cycle.
 */
function findPool({ trigger }, { userPoolArn }) {
  const isMadeHere = userPoolArn['Fn::GetAtt'] !== undefined
  return trigger !== undefined && isMadeHere ? { 'Fn::Sub': arn('cognito-idp', 'userpool/*') } : userPoolArn
}

function arn(service, resource, region = '${AWS::Region}') {
  return `arn:\${AWS::Partition}:${service}:${region}:\${AWS::AccountId}:${resource}`
}
