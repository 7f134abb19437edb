import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { parseReference, toSymbolic } from './symbolic.ts'
import { findResources, type Resource, type Template } from './template.ts'
import type { Path } from './yaml-values.ts'

/** The service principal that invokes triggers. */
export const COGNITO = 'cognito-idp.amazonaws.com'

// The part of a function's ARN before the function's name.
const MARK = ':function:'

/** A function that a user pool calls. */
export interface Attached {
  readonly trigger: TriggerName
  /** The version of the event, such as V1_0; undefined if it is known only at deployment. */
  readonly version: string | undefined
  /** The function; undefined if it is not in the template. */
  readonly target: Resource | undefined
  /** The pool's reference to the function, or to an alias or version of it, converted by `toSymbolic`. */
  readonly named: string
  /** The pool; undefined if it is not in the template. */
  readonly pool: Resource | undefined
  /** The logical id of the resource that attaches the function, such as the pool. */
  readonly resource: string
  readonly path: Path
}

/** Returns all functions that the template attaches to user pools. */
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

/** Returns the functions that the Serverless Framework's custom resource attaches to pools outside the template. */
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

/** Finds a function by a reference, an ARN or a name. For a reference to an alias or a version, returns its function. */
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

/** Returns the logical ids of functions that a pool outside the template may invoke. The template does not show for which trigger. */
export function listCalledFromElsewhere(template: Template): ReadonlySet<string> {
  const permitted = findResources(template, 'AWS::Lambda::Permission').filter(({ properties }) => {
    const source = parseReference(toSymbolic(properties.SourceArn) ?? '')?.id
    return properties.Principal === COGNITO && template.resources.get(source ?? '')?.type !== 'AWS::Cognito::UserPool'
  })
  return new Set(permitted.flatMap(({ properties }) => findFunction(template, toSymbolic(properties.FunctionName) ?? '')?.id ?? []))
}

/** Returns true if a sign-up or sign-in waits for the trigger. False for custom senders, which Cognito invokes asynchronously. */
export function isAwaited({ trigger }: Attached): boolean {
  return triggerFacts(trigger).waits
}
