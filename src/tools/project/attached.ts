import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { hasIntrinsic, listBranches } from './conditions.ts'
import { findFunction } from './named-function.ts'
import { judgeSource } from './source-pool.ts'
import { isKnown, toSymbolic } from './symbolic.ts'
import { findResources, type Resource, type Template } from './template.ts'
import type { Path } from './yaml-values.ts'

// The service principal that invokes triggers.
const COGNITO = 'cognito-idp.amazonaws.com'

/** A function that a user pool calls. */
export interface Attached {
  readonly trigger: TriggerName
  /** The version of the event, such as V1_0; undefined if it is known only at deployment. */
  readonly version: string | undefined
  /** The function; undefined if it is not in the template, or known only at deployment. */
  readonly target: Resource | undefined
  /** The pool's reference to the function, or to an alias or version of it, converted by `toSymbolic`. */
  readonly named: string
  /** True if the pool calls the function only under a condition that is known only at deployment. */
  readonly conditional: boolean
  /** The pool; undefined if it is not in the template. */
  readonly pool: Resource | undefined
  /** The logical id of the resource that attaches the function: the pool, or a custom resource of the Serverless Framework. */
  readonly resource: string
  readonly path: Path
}

/** The triggers of a user pool that are known only at deployment. */
export interface UnknownCalls {
  readonly pool: Resource | undefined
  /** The trigger; undefined if any trigger may be set. */
  readonly trigger: TriggerName | undefined
  /** The resource and property that decide the triggers, for messages. */
  readonly holder: string
}

/** The triggers of all user pools of a template. */
export interface Calls {
  readonly attached: readonly Attached[]
  readonly unknown: readonly UnknownCalls[]
}

/** Returns all functions that the template attaches to user pools. */
export function listAttached(template: Template): readonly Attached[] {
  return readCalls(template).attached
}

/** Returns all functions that the template attaches to user pools, and the triggers that are known only at deployment. */
export function readCalls(template: Template): Calls {
  const parts = [
    ...findResources(template, 'AWS::Cognito::UserPool').map((pool) => readPoolCalls(template, pool)),
    ...findResources(template, 'Custom::CognitoUserPool').map((resource) => readCustomCalls(template, resource)),
    ...findResources(template, 'Custom::CustomAuthTriggerResourceOutputs').map((resource) => readAmplifyCalls(template, resource)),
  ]
  return { attached: parts.flatMap(({ attached }) => attached), unknown: parts.flatMap(({ unknown }) => unknown) }
}

function readPoolCalls(template: Template, pool: Resource): Calls {
  const attached: Attached[] = []
  const unknown: UnknownCalls[] = []
  if (hasIntrinsic(pool.properties)) unknown.push({ pool, trigger: undefined, holder: `the properties of ${pool.id}` })
  for (const { value: config, conditional } of listBranches(pool.properties.LambdaConfig)) {
    if (config === undefined) continue
    if (!isObject(config) || hasIntrinsic(config)) unknown.push({ pool, trigger: undefined, holder: `LambdaConfig of ${pool.id}` })
    for (const [key, setting] of Object.entries(isObject(config) ? config : {})) {
      const trigger = TRIGGER_NAMES.find((name) => name === key || triggerFacts(name).versionKey === key)
      if (trigger === undefined) continue
      for (const { arn, version, isMaybe } of listSettings(setting)) {
        const named = toSymbolic(arn)
        const path = ['Properties', 'LambdaConfig', key]
        const target = named === undefined ? undefined : findFunction(template, named)?.lambda
        if (named === undefined) continue
        attached.push({ trigger, version, target, named, conditional: conditional || isMaybe, pool, resource: pool.id, path })
        if (target === undefined && !isKnown(named)) unknown.push({ pool, trigger, holder: `LambdaConfig.${key} of ${pool.id}` })
      }
    }
  }
  return { attached, unknown }
}

interface Setting {
  readonly arn: unknown
  readonly version: string | undefined
  readonly isMaybe: boolean
}

/** Returns the functions that a key of LambdaConfig may name: an ARN, or an object with an ARN and a version. */
function listSettings(setting: unknown): readonly Setting[] {
  return listBranches(setting).flatMap(({ value, conditional }) => {
    if (!isObject(value) || !('LambdaArn' in value)) return { arn: value, version: 'V1_0', isMaybe: conditional }
    const version = 'LambdaVersion' in value ? value.LambdaVersion : 'V1_0'
    return listBranches(value.LambdaArn).map((arn) => ({
      arn: arn.value,
      version: typeof version === 'string' && isKnown(toSymbolic(version) ?? '') ? version : undefined,
      isMaybe: conditional || arn.conditional,
    }))
  })
}

/** Reads the functions that a custom resource of the Serverless Framework attaches to an existing pool. */
function readCustomCalls(template: Template, { id, properties }: Resource): Calls {
  const { UserPoolConfigs, FunctionName, UserPoolName } = properties
  const named = toSymbolic(FunctionName) ?? ''
  const pool = findPoolByName(template, UserPoolName)
  if (!Array.isArray(UserPoolConfigs)) return { attached: [], unknown: [{ pool, trigger: undefined, holder: `UserPoolConfigs of ${id}` }] }
  const calls = UserPoolConfigs.map((config: unknown, index): Calls => {
    const trigger = isObject(config) && typeof config.Trigger === 'string' ? parseTriggerName(config.Trigger) : undefined
    if (trigger === undefined) return { attached: [], unknown: [{ pool, trigger, holder: `UserPoolConfigs.${index} of ${id}` }] }
    const path = ['Properties', 'UserPoolConfigs', index]
    const target = findFunction(template, named)?.lambda
    const attached: Attached = { trigger, version: 'V1_0', target, named, conditional: false, pool, resource: id, path }
    return {
      attached: [attached],
      unknown: target === undefined && !isKnown(named) ? [{ pool, trigger, holder: `FunctionName of ${id}` }] : [],
    }
  })
  return { attached: calls.flatMap(({ attached }) => attached), unknown: calls.flatMap(({ unknown }) => unknown) }
}

/** Reads the functions that a custom resource of Amplify attaches to a pool of another stack. */
function readAmplifyCalls(template: Template, { id, properties }: Resource): Calls {
  const { lambdaConfig } = properties
  if (!Array.isArray(lambdaConfig))
    return { attached: [], unknown: [{ pool: undefined, trigger: undefined, holder: `lambdaConfig of ${id}` }] }
  const calls = lambdaConfig.map((config: unknown, index): Calls => {
    const { triggerType, lambdaFunctionArn } = isObject(config) ? config : {}
    const trigger = parseTriggerName(typeof triggerType === 'string' ? triggerType : '')
    const named = toSymbolic(lambdaFunctionArn) ?? ''
    const target = findFunction(template, named)?.lambda
    if (trigger === undefined || target === undefined)
      return { attached: [], unknown: [{ pool: undefined, trigger, holder: `lambdaConfig.${index} of ${id}` }] }
    const path = ['Properties', 'lambdaConfig', index]
    const attached: Attached = { trigger, version: undefined, target, named, conditional: false, pool: undefined, resource: id, path }
    return { attached: [attached], unknown: [] }
  })
  return { attached: calls.flatMap(({ attached }) => attached), unknown: calls.flatMap(({ unknown }) => unknown) }
}

function findPoolByName(template: Template, written: unknown): Resource | undefined {
  const name = toSymbolic(written)
  if (name === undefined) return undefined
  return findResources(template, 'AWS::Cognito::UserPool').find(({ properties }) => toSymbolic(properties.UserPoolName) === name)
}

/** Returns the logical ids of functions that a pool outside the template may invoke. The template does not show for which trigger. */
export function listCalledFromElsewhere(template: Template): ReadonlySet<string> {
  const pools = findResources(template, 'AWS::Cognito::UserPool')
  const permitted = findResources(template, 'AWS::Lambda::Permission').filter(({ properties }) => {
    const source = toSymbolic(properties.SourceArn)
    const isOfPool = source !== undefined && pools.some((pool) => ['yes', 'id'].includes(judgeSource(template, source, pool)))
    return isCognito(properties.Principal) && !isOfPool
  })
  return new Set(permitted.flatMap(({ properties }) => findFunction(template, toSymbolic(properties.FunctionName) ?? '')?.lambda.id ?? []))
}

/** Returns true for the service principal of Cognito. Old versions of the CDK write its suffix as `AWS::URLSuffix`. */
export function isCognito(principal: unknown): boolean {
  return toSymbolic(principal)?.replace(`\${AWS::URLSuffix}`, 'amazonaws.com') === COGNITO
}

/** Returns true if a sign-up or sign-in waits for the trigger. False for custom senders, which Cognito invokes asynchronously. */
export function isAwaited({ trigger }: Attached): boolean {
  return triggerFacts(trigger).waits
}
