import { isObject } from '../../../shared/rules/invocation.ts'
import { findFunction } from '../../project/named-function.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { findResources } from '../../project/template.ts'
import { type Finding, type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { listAttachedCode, type Subject } from '../loaded.ts'

/** LG204, LG205 and LG206: checks that a pre token generation handler returns the response for the configured event version. */
export function checkTokenVersions(subject: Subject): Judged {
  const tokens = listAttachedCode(subject).filter(({ trigger }) => trigger === 'PreTokenGeneration')
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
  return mergeJudged([{ findings: answers, unknown }, checkDoubleWiring(subject)])
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
