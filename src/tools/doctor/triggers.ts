import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { parseReference, toSymbolic } from './symbolic.ts'
import { findResources, type Resource, type Template } from './template.ts'
import type { Path } from './yaml-values.ts'

/** The principal that invokes triggers. */
export const COGNITO = 'cognito-idp.amazonaws.com'

// What stands before the name in a function's ARN.
const MARK = ':function:'

/** A function that a user pool calls. */
export interface Attached {
  readonly trigger: TriggerName
  /** The version of the event: only the trigger before a token has several. undefined where the deployment decides. */
  readonly version: string | undefined
  /** The function, where the template holds it. */
  readonly target: Resource | undefined
  /** What the pool names: the function, or one of its aliases or versions. */
  readonly named: string
  /** The pool; undefined where it lives elsewhere. */
  readonly pool: Resource | undefined
  /** Where the template says so. */
  readonly resource: string
  readonly path: Path
}

/** All functions that user pools call, as the template wires them. */
export function listAttached(template: Template): readonly Attached[] {
  return [
    ...findResources(template, 'AWS::Cognito::UserPool').flatMap((pool) => listPoolTriggers(template, pool)),
    ...listExistingPoolTriggers(template),
  ]
}

function listPoolTriggers(template: Template, pool: Resource): readonly Attached[] {
  const config = pool.properties.LambdaConfig
  if (!isObject(config)) return []
  return Object.entries(config).flatMap(([key, value]) => {
    const trigger = TRIGGER_NAMES.find((name) => name === key || triggerFacts(name).versionKey === key)
    if (trigger === undefined) return []
    const arn = isObject(value) && 'LambdaArn' in value ? value.LambdaArn : value
    const version = isObject(value) && 'LambdaVersion' in value ? value.LambdaVersion : 'V1_0'
    const named = toSymbolic(arn)
    if (named === undefined) return []
    return {
      trigger,
      version: typeof version === 'string' ? version : undefined,
      target: findFunction(template, named),
      named,
      pool,
      resource: pool.id,
      path: ['Properties', 'LambdaConfig', key],
    }
  })
}

/** What the Serverless Framework's custom resource attaches to pools that live elsewhere. */
function listExistingPoolTriggers(template: Template): readonly Attached[] {
  return findResources(template, 'Custom::CognitoUserPool').flatMap(({ id, properties }) => {
    const { UserPoolConfigs, FunctionName } = properties
    const named = toSymbolic(FunctionName)
    if (!Array.isArray(UserPoolConfigs) || named === undefined) return []
    return UserPoolConfigs.flatMap((config, index): readonly Attached[] => {
      const trigger = isObject(config) && typeof config.Trigger === 'string' ? parseTriggerName(config.Trigger) : undefined
      if (trigger === undefined) return []
      const path = ['Properties', 'UserPoolConfigs', index]
      return [{ trigger, version: 'V1_0', target: findFunction(template, named), named, pool: undefined, resource: id, path }]
    })
  })
}

/** The function that a reference, an ARN or a name stands for, through aliases and versions. */
export function findFunction(template: Template, text: string, depth: number = 0): Resource | undefined {
  const found = template.resources.get(parseReference(text)?.id ?? '')
  if (found?.type === 'AWS::Lambda::Function') return found
  if (found?.type === 'AWS::Lambda::Alias' || found?.type === 'AWS::Lambda::Version') {
    const inner = toSymbolic(found.properties.FunctionName)
    return inner === undefined || depth > 2 ? undefined : findFunction(template, inner, depth + 1)
  }
  const at = text.indexOf(MARK)
  return template.functions.get(at < 0 ? text : text.slice(at + MARK.length))
}

/** The functions that a pool outside the template may invoke, by logical id: it is attached where the template cannot show it. */
export function listCalledFromElsewhere(template: Template): ReadonlySet<string> {
  const permitted = findResources(template, 'AWS::Lambda::Permission').filter(({ properties }) => {
    const source = parseReference(toSymbolic(properties.SourceArn) ?? '')?.id
    return properties.Principal === COGNITO && template.resources.get(source ?? '')?.type !== 'AWS::Cognito::UserPool'
  })
  return new Set(permitted.flatMap(({ properties }) => findFunction(template, toSymbolic(properties.FunctionName) ?? '')?.id ?? []))
}

/** Whether the sign-in or sign-up waits for the trigger. Custom senders are invoked asynchronously. */
export function isAwaited({ trigger }: Attached): boolean {
  return triggerFacts(trigger).waits
}
