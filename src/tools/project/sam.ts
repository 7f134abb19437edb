import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import type { Resource } from './template.ts'

const FUNCTION = 'AWS::Serverless::Function'
// The maximum number of globals times resources, so that copying the globals into each function cannot exhaust the memory.
const MOST_COPIES = 500_000

/**
 * Adds the resources that SAM generates for functions, as far as they concern user pools. These are the Lambda function with
 * the globals merged in, its role, the pool's LambdaConfig and the invoke permission.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export function expandSam(
  file: string,
  resources: ReadonlyMap<string, Resource>,
  globals: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Resource> {
  const expanded = new Map(resources)
  const shared = isObject(globals.Function) ? globals.Function : {}
  if (countEntries(shared) * resources.size > MOST_COPIES) {
    throw new UsageError(`${file}: Globals.Function is too large, because SAM copies it into each function`)
  }
  for (const declared of resources.values()) {
    if (declared.type === 'AWS::Serverless::SimpleTable') {
      expanded.set(declared.id, { ...declared, type: 'AWS::DynamoDB::Table' })
    }
    if (declared.type !== FUNCTION) continue
    const properties = mergeProperties(shared, declared.properties)
    const { Role, Policies, Events } = properties
    const role = `${declared.id}Role`
    expanded.set(declared.id, {
      ...declared,
      type: 'AWS::Lambda::Function',
      properties: { ...toLambdaProperties(properties), Role: Role ?? { 'Fn::GetAtt': [role, 'Arn'] } },
    })
    if (Role === undefined) expanded.set(role, createRole(declared, role, Policies))
    for (const [name, event] of Object.entries(isObject(Events) ? Events : {})) {
      if (isObject(event) && event.Type === 'Cognito' && isObject(event.Properties)) addTrigger(expanded, declared, name, event.Properties)
    }
  }
  return expanded
}

function countEntries(value: unknown): number {
  return isObject(value) ? Object.values(value).reduce((sum: number, inner) => sum + 1 + countEntries(inner), 0) : 0
}

/** Merges maps key by key, as SAM does. For any other value, the value of the function overrides the global value. */
function mergeProperties(shared: Record<string, unknown>, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all: Record<string, unknown> = { ...shared, ...own }
  for (const key of Object.keys(shared)) {
    const [outer, inner] = [shared[key], own[key]]
    if (isObject(outer) && isObject(inner)) all[key] = mergeProperties(outer, inner)
  }
  return all
}

function toLambdaProperties({ InlineCode, CodeUri, Policies, Events, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { ...rest, Code: typeof InlineCode === 'string' ? { ZipFile: InlineCode } : { CodeUri } }
}

function createRole(declared: Resource, id: string, policies: unknown): Resource {
  const all: readonly unknown[] = policies === undefined ? [] : [policies].flat()
  return {
    ...declared,
    id,
    type: 'AWS::IAM::Role',
    properties: {
      Policies: all.flatMap((policy, index) =>
        isObject(policy) && 'Statement' in policy ? [{ PolicyName: `${id}Policy${index}`, PolicyDocument: policy }] : [],
      ),
      ManagedPolicyArns: all.filter((policy) => !isObject(policy) || !('Statement' in policy)),
    },
  }
}

function addTrigger(resources: Map<string, Resource>, declared: Resource, name: string, event: Record<string, unknown>): void {
  const { id } = declared
  const pool = isObject(event.UserPool) && typeof event.UserPool.Ref === 'string' ? resources.get(event.UserPool.Ref) : undefined
  if (pool === undefined) return
  const arn = { 'Fn::GetAtt': [id, 'Arn'] }
  const config = isObject(pool.properties.LambdaConfig) ? pool.properties.LambdaConfig : {}
  const triggers = [event.Trigger].flat().filter((trigger) => TRIGGER_NAMES.some((name) => name === trigger))
  const added = Object.fromEntries(triggers.map((trigger) => [trigger, arn]))
  resources.set(pool.id, { ...pool, properties: { ...pool.properties, LambdaConfig: { ...config, ...added } } })
  resources.set(`${id}${name}Permission`, {
    ...declared,
    id: `${id}${name}Permission`,
    type: 'AWS::Lambda::Permission',
    properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: id },
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [pool.id, 'Arn'] },
    },
  })
}
