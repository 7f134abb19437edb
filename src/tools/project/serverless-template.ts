import { isObject } from '../../shared/rules/invocation.ts'
import { parseTemplate, type Template } from './template.ts'

/** The functions and resources that a Serverless configuration declares, and the parts that could not be resolved. */
export interface DeclaredTemplate {
  readonly template: Template
  /** The functions of `custom.optional`, and the pools that would call them. The deployment of a new project adds them by name. */
  readonly optional: Template
  /** The parts of the configuration that could not be resolved, such as `functions: ${file(functions.js)}`. */
  readonly unresolved: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Converts a resolved Serverless configuration to a template that holds its functions, its pools and its own resources. It lacks
 * the roles, log groups and permissions that the framework adds when it packages the service.
 *
 * @param file The configuration's name, for messages.
 */
export function toDeclaredTemplate(file: string, configuration: unknown): DeclaredTemplate {
  const config = toFields(configuration)
  const { optional } = toFields(config.custom)
  // Another project may use this name for something else, so only maps with a handler are functions.
  const blocks = Object.entries(toFields(optional)).filter(([, block]) => typeof toFields(block).handler === 'string')
  const { template } = toTemplate(file, { ...config, functions: Object.fromEntries(blocks) })
  return { ...toTemplate(file, config), optional: template }
}

function toTemplate(file: string, config: Fields): Omit<DeclaredTemplate, 'optional'> {
  const provider = toFields(config.provider)
  const unresolved: string[] = []
  const resources: Record<string, Fields> = {}
  const own = collectParts(config.resources, 'resources', unresolved)
  for (const part of own) {
    for (const [id, resource] of Object.entries(toFields(part.Resources)))
      resources[id] = mergeDeep(resources[id] ?? {}, toFields(resource))
  }
  for (const part of collectParts(config.functions, 'functions', unresolved)) {
    for (const [name, declared] of Object.entries(part)) {
      if (typeof declared === 'string') unresolved.push(`functions.${name}: ${declared}`)
      if (isObject(declared)) addFunction(resources, name, declared, { config, provider, unresolved })
    }
  }
  const typed = Object.entries(resources).filter(([, { Type }]) => typeof Type === 'string')
  const Conditions = Object.assign({}, ...own.map((part) => toFields(part.Conditions)))
  return {
    template: parseTemplate(file, { value: { Resources: Object.fromEntries(typed), Conditions }, line: () => undefined }),
    unresolved,
  }
}

/** Converts a function's name to the logical id that the framework gives the function. */
export function toFunctionId(name: string): string {
  return `${toLogicalName(name)}LambdaFunction`
}

interface Around {
  readonly config: Fields
  readonly provider: Fields
  readonly unresolved: string[]
}

function addFunction(resources: Record<string, Fields>, name: string, declared: Fields, { config, provider, unresolved }: Around): void {
  const id = toFunctionId(name)
  const stage = typeof provider.stage === 'string' ? provider.stage : 'dev'
  const Variables = { ...toFields(provider.environment), ...toFields(declared.environment) }
  const properties = {
    Handler: declared.handler,
    Runtime: declared.runtime ?? provider.runtime ?? 'nodejs20.x',
    Timeout: declared.timeout ?? provider.timeout ?? 6,
    MemorySize: declared.memorySize ?? provider.memorySize ?? 1024,
    FunctionName: declared.name ?? `${String(config.service)}-${stage}-${name}`,
    Environment: { Variables },
  }
  const known = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined))
  const generated = { Type: 'AWS::Lambda::Function', Properties: known }
  resources[id] = mergeDeep(generated, resources[id] ?? {})
  for (const event of Array.isArray(declared.events) ? declared.events : [declared.events]) {
    if (typeof event === 'string' && event.includes('${')) unresolved.push(`functions.${name}.events: ${event}`)
    const trigger = isObject(event) ? event.cognitoUserPool : undefined
    if (typeof trigger === 'string') unresolved.push(`functions.${name}.events: ${trigger}`)
    if (isObject(trigger)) addTrigger(resources, name, id, trigger, unresolved)
  }
}

function addTrigger(resources: Record<string, Fields>, name: string, id: string, event: Fields, unresolved: string[]): void {
  const { trigger, existing } = event
  const pool = typeof event.pool === 'string' ? event.pool : ''
  if (typeof trigger !== 'string' || trigger.includes('${')) {
    unresolved.push(`functions.${name}.events: cognitoUserPool ${JSON.stringify(event)}`)
    return
  }
  if (existing === true) {
    const holder = `${toLogicalName(name)}CustomCognitoUserPool${toLogicalName(pool)}${trigger}`
    const Properties = { FunctionName: { Ref: id }, UserPoolName: pool, UserPoolConfigs: [{ Trigger: trigger }] }
    resources[holder] = { Type: 'Custom::CognitoUserPool', Properties }
    return
  }
  const poolId = `CognitoUserPool${toLogicalName(pool)}`
  const LambdaConfig = { [trigger]: { 'Fn::GetAtt': [id, 'Arn'] } }
  const generated = { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: pool, LambdaConfig } }
  resources[poolId] = mergeDeep(generated, resources[poolId] ?? {})
}

/** Lists the maps of a section. The framework accepts one map, or a list of maps. */
function collectParts(section: unknown, name: string, unresolved: string[]): readonly Fields[] {
  return [section].flat().flatMap((part): readonly Fields[] => {
    if (isObject(part)) return [part]
    if (typeof part === 'string') unresolved.push(`${name}: ${part}`)
    return []
  })
}

/**
 * Converts a name to the part of a logical id that the framework derives from it.
 *
 * @see https://github.com/oss-serverless/serverless/blob/main/lib/plugins/aws/lib/naming.js
 */
export function toLogicalName(name: string): string {
  const dashed = name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')
  return `${dashed.charAt(0).toUpperCase()}${dashed.slice(1)}`.replaceAll(/[^A-Za-z0-9]/g, '')
}

function mergeDeep(base: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key]
    merged[key] = isObject(before) && isObject(value) ? mergeDeep(before, value) : value
  }
  return merged
}

function toFields(value: unknown): Fields {
  return isObject(value) ? value : {}
}
