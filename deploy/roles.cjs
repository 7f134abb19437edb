// Writes the role of a function: its log, its traces, and what its handler declares that it needs. Nothing else is allowed.
const { userError } = require('./handlers.cjs')

const byLambda = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

/** Returns the role under the logical id that the function's block names. */
exports.createRole = (lambda, service) => {
  if (typeof lambda.role !== 'string') throw userError(`The block of ${lambda.name} names no role: write role: ${lambda.id}Role`)
  // The log group is the framework's. A function writes to it, and may not make any.
  const logs = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [`${lambda.id}LogGroup`, 'Arn'] })
  // X-Ray has no resource that could be named here.
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

/** One statement for each resource, with the actions of all rules that need it. */
function mergeStatements(statements) {
  const merged = new Map()
  for (const { Action, Resource, Condition } of statements) {
    const key = JSON.stringify([Resource, Condition])
    const actions = [...(merged.get(key)?.actions ?? []), ...[Action].flat()]
    merged.set(key, { actions: [...new Set(actions)], Resource, Condition })
  }
  return [...merged.values()].map(({ actions, Resource, Condition }) => allow(actions, Resource, Condition))
}

/** The statement for a permission: its `resource` is the name of a setting, or `user-pool`. */
function statementFor({ rule, actions, resource, index }, lambda, service) {
  if (resource === 'user-pool') return allow(actions, findPool(lambda, service))
  const value = lambda.environment[resource]
  const needs = `${rule ?? 'The handler'} of ${lambda.name} needs ${actions.join(', ')} on ${resource}`
  if (value === undefined || value === '') throw userError(`${needs}, which the function's environment does not set`)
  // SES asks for the identity of the address, of its domain or, in its sandbox, of the recipient too: it depends on what is
  // verified there. The sender is what has to be fixed.
  if (actions.every((action) => action.startsWith('ses:')))
    return allow(actions, { 'Fn::Sub': arn('ses', 'identity/*') }, { StringEquals: { 'ses:FromAddress': value } })
  const inside = index === undefined ? '' : `/index/${index}`
  const id = value.Ref ?? findTable(value, service.tables)
  if (id !== undefined) return allow(actions, inside ? { 'Fn::Sub': `\${${id}.Arn}${inside}` } : { 'Fn::GetAtt': [id, 'Arn'] })
  if (typeof value === 'object') return allow(actions, value)
  if (value.startsWith('arn:')) return allow(actions, value + inside)
  // The table of another stack.
  if (actions.every((action) => action.startsWith('dynamodb:')))
    return allow(actions, { 'Fn::Sub': arn('dynamodb', `table/${value}${inside}`) })
  throw userError(`${needs}. Its value is "${value}"; expected an ARN`)
}

function findTable(name, tables) {
  return Object.keys(tables).find((id) => tables[id].Properties?.TableName === name)
}

/** The pool comes after the functions that it calls, so the role of such a function must not refer to it: that is a cycle. */
function findPool({ trigger }, { userPoolArn }) {
  const isMadeHere = userPoolArn['Fn::GetAtt'] !== undefined
  return trigger !== undefined && isMadeHere ? { 'Fn::Sub': arn('cognito-idp', 'userpool/*') } : userPoolArn
}

function arn(service, resource) {
  return `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`
}
