import { triggerFacts } from '../../../shared/cognito/triggers.ts'
import { isObject } from '../../../shared/rules/invocation.ts'
import type { RuleDescription } from '../../lib/description.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { findFunction } from '../../project/named-function.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources } from '../../project/template.ts'
import { type Finding, type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../loaded.ts'

/** LG204 to LG206, LG208 and LG209: checks that the handler, its rules and the plan of the pool fit the configured event version. */
export function checkTokenVersions(subject: Subject): Judged {
  const attached = listAttachedCode(subject).filter(isInForce)
  const tokens = attached.filter(({ trigger }) => trigger === 'PreTokenGeneration')
  const answers = tokens.flatMap((each): readonly Finding[] => {
    const { version, code, resource, path, target } = each
    // A Lifeguard handler returns the property for the version of the event.
    if (target === undefined || version === undefined || code?.source === undefined || code.source.usesLifeguard) return []
    const [later, first] = LATER_AND_FIRST.map((name) => code.source?.writesProperty(name).kind)
    // Reports no code that writes both properties, because it may choose the property by the version of the event.
    if (later === 'yes' && first === 'no' && version === 'V1_0') {
      const message = `${target.id} returns claimsAndScopeOverrideDetails, but the user pool sends V1_0 events`
      return [{ code: 'LG204', resource, path, message }]
    }
    if (first === 'yes' && later === 'no' && version !== 'V1_0') {
      const message = `${target.id} returns claimsOverrideDetails, but the user pool sends ${version} events`
      return [{ code: 'LG205', resource, path, message }]
    }
    return []
  })
  const unknown = tokens.flatMap(({ code, target }) => {
    const fact = code?.source?.usesLifeguard === false ? code.source.writesProperty('claimsOverrideDetails') : undefined
    return target !== undefined && fact?.kind === 'unknown' ? [`the claims that ${target.id} returns: ${fact.reason}`] : []
  })
  const versions = attached.flatMap((each) => [checkRules(each), checkPlan(each)])
  return mergeJudged([{ findings: answers, unknown }, checkDoubleWiring(subject), ...versions])
}

/** Returns false for `PreTokenGeneration` beside a `PreTokenGenerationConfig`, whose version Cognito then uses. */
function isInForce({ trigger, pool, path }: AttachedCode, _: number, all: readonly AttachedCode[]): boolean {
  const key = triggerFacts(trigger).versionKey
  return path.at(-1) === key || !all.some((other) => other.pool === pool && other.trigger === trigger && other.path.at(-1) === key)
}

const LATER_AND_FIRST = ['claimsAndScopeOverrideDetails', 'claimsOverrideDetails'] as const

function checkDoubleWiring({ template }: Subject): Judged {
  const parts = findResources(template, 'AWS::Cognito::UserPool').map(({ id, properties }): Judged => {
    const config = isObject(properties.LambdaConfig) ? properties.LambdaConfig : {}
    const { PreTokenGenerationConfig: versioned, PreTokenGeneration: plain } = config
    if (plain === undefined || versioned === undefined) return NOTHING
    const names = [toSymbolic(plain), toSymbolic(isObject(versioned) ? versioned.LambdaArn : undefined)]
    if (names[0] === names[1]) return NOTHING
    // Compares only names and references to resources. Two different parameters may have the same value at deployment.
    const isCertain = names.every((text) => text !== undefined && (isKnown(text) || findFunction(template, text) !== undefined))
    if (!isCertain)
      return { findings: [], unknown: [`the two functions for PreTokenGeneration in ${id}: a name is known only at deployment`] }
    const path = ['Properties', 'LambdaConfig', 'PreTokenGeneration']
    const message = `The user pool ${id} names one function in PreTokenGeneration and another in PreTokenGenerationConfig`
    return { findings: [{ code: 'LG206', resource: id, path, message }], unknown: [] }
  })
  return mergeJudged(parts)
}

interface Need {
  readonly rule: string
  readonly version: string
  /** True if the rule is inside a `when`, whose condition may exclude the events of the pool. */
  readonly isConditional: boolean
}

function listNeeds({ name, kind, children, lambdaVersion }: RuleDescription, isInside: boolean): readonly Need[] {
  const isConditional = isInside || kind === 'when'
  const own = lambdaVersion === undefined ? [] : [{ rule: name, version: lambdaVersion, isConditional }]
  return [...own, ...children.flatMap((child) => listNeeds(child, isConditional))]
}

/** LG208: finds rules that need a later event version than the one that the pool sends. */
function checkRules({ code, target, version, resource, path, conditional }: AttachedCode): Judged {
  if (code?.rule === undefined || target === undefined) return NOTHING
  // Versions sort as text, because they have one digit.
  const needs = listNeeds(code.rule, false).filter((need) => version === undefined || need.version > version)
  const certain = needs.find(({ isConditional }) => !isConditional && !conditional)
  if (version !== undefined && certain !== undefined) {
    const message = `The rule ${certain.rule} of ${target.id} needs ${certain.version} events, but the user pool sends ${version} events`
    return { findings: [{ code: 'LG208', resource, path, message }], unknown: [] }
  }
  const [open] = needs
  if (open === undefined) return NOTHING
  const why = version === undefined || conditional ? 'the version is known only at deployment' : 'the rule runs only under a condition'
  return { findings: [], unknown: [`the event version ${open.version} that the rule ${open.rule} of ${target.id} needs: ${why}`] }
}

/** LG209: finds an event version that the feature plan of the pool does not include. */
function checkPlan({ trigger, version, pool, resource, path }: AttachedCode): Judged {
  if (trigger !== 'PreTokenGeneration' || pool === undefined || version === undefined || version === 'V1_0') return NOTHING
  const { UserPoolTier: tier, UserPoolAddOns: addOns } = pool.properties
  // Pools without a tier get the plan Essentials.
  if (tier === undefined && !hasIntrinsic(pool.properties)) return NOTHING
  const [plan, mode] = [toSymbolic(tier), isObject(addOns) ? toSymbolic(addOns.AdvancedSecurityMode) : 'OFF']
  if (plan === 'ESSENTIALS' || plan === 'PLUS') return NOTHING
  // Advanced security adds version 2 to the plan Lite.
  if (plan === 'LITE' && version === 'V2_0' && (mode === 'AUDIT' || mode === 'ENFORCED')) return NOTHING
  if (plan === 'LITE' && (version !== 'V2_0' || (mode !== undefined && isKnown(mode)))) {
    const message = `The user pool ${pool.id} has the plan LITE, which does not include ${version} of pre token generation`
    return { findings: [{ code: 'LG209', resource, path, message }], unknown: [] }
  }
  return { findings: [], unknown: [`the feature plan of ${pool.id}: ${AT_DEPLOYMENT}`] }
}
