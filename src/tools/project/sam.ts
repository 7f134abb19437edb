import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { hasIntrinsic } from './conditions.ts'
import { expandPolicyTemplate } from './sam-policies.ts'
import type { Resource } from './template.ts'

const FUNCTION = 'AWS::Serverless::Function'
// The maximum number of globals times resources, so that copying the globals into each function cannot exhaust the memory.
const MOST_COPIES = 500_000

/** The resources with those that SAM generates, and the events that are known only at deployment. */
export interface Expanded {
  readonly resources: ReadonlyMap<string, Resource>
  readonly unread: readonly string[]
}

/**
 * Adds the resources that SAM generates for functions, as far as they concern user pools. These are the Lambda function with
 * the globals merged in, its role, the pool's LambdaConfig and the invoke permission.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export function expandSam(file: string, resources: ReadonlyMap<string, Resource>, globals: Readonly<Record<string, unknown>>): Expanded {
  const unread: string[] = []
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
    const alias = addAlias(expanded, declared, properties.AutoPublishAlias)
    for (const [name, event] of Object.entries(isObject(Events) ? Events : {})) {
      const isRead = isObject(event) && typeof event.Type === 'string'
      if (isRead && event.Type !== 'Cognito') continue
      const { Properties } = isRead ? event : {}
      if (!isObject(Properties) || !addTrigger(expanded, { declared, alias }, name, Properties))
        unread.push(`the event ${name} of ${declared.id}: the trigger or its user pool is known only at deployment`)
    }
  }
  return { resources: expanded, unread }
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
  const read = all.map((policy) => ({
    policy,
    document: isObject(policy) && 'Statement' in policy ? policy : expandPolicyTemplate(policy),
  }))
  return {
    ...declared,
    id,
    type: 'AWS::IAM::Role',
    properties: {
      Policies: read.flatMap(({ document }, index) =>
        document === undefined ? [] : [{ PolicyName: `${id}Policy${index}`, PolicyDocument: document }],
      ),
      ManagedPolicyArns: read.filter(({ document }) => document === undefined).map(({ policy }) => policy),
    },
  }
}

/** Adds the alias of AutoPublishAlias. Returns its logical id, or undefined if the function has no alias with a known name. */
function addAlias(resources: Map<string, Resource>, declared: Resource, name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined
  const id = `${declared.id}Alias${name}`
  resources.set(id, { ...declared, id, type: 'AWS::Lambda::Alias', properties: { FunctionName: { Ref: declared.id }, Name: name } })
  return id
}

interface Publisher {
  readonly declared: Resource
  /** The logical id of the function's alias, which the user pool then calls. */
  readonly alias: string | undefined
}

/** Adds the trigger of an event, and the permission. Returns false if the event's user pool or trigger is not known. */
function addTrigger(
  resources: Map<string, Resource>,
  { declared, alias }: Publisher,
  name: string,
  event: Record<string, unknown>,
): boolean {
  const { id } = declared
  const pool = isObject(event.UserPool) && typeof event.UserPool.Ref === 'string' ? resources.get(event.UserPool.Ref) : undefined
  const written: readonly unknown[] = [event.Trigger].flat()
  const config = pool?.properties.LambdaConfig ?? {}
  if (pool === undefined || !isObject(config) || hasIntrinsic(config) || written.some((each) => typeof each !== 'string')) return false
  const arn = alias === undefined ? { 'Fn::GetAtt': [id, 'Arn'] } : { Ref: alias }
  const triggers = written.filter((trigger) => TRIGGER_NAMES.some((name) => name === trigger))
  const added = Object.fromEntries(triggers.map((trigger) => [trigger, arn]))
  resources.set(pool.id, { ...pool, properties: { ...pool.properties, LambdaConfig: { ...config, ...added } } })
  resources.set(`${id}${name}Permission`, {
    ...declared,
    id: `${id}${name}Permission`,
    type: 'AWS::Lambda::Permission',
    properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: alias ?? id },
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [pool.id, 'Arn'] },
    },
  })
  return true
}
