import { isObject } from '../../../shared/rules/invocation.ts'
import { findFunction } from '../../project/named-function.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { findResources } from '../../project/template.ts'
import { type Finding, type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { listAttachedCode, type Subject } from '../loaded.ts'

/** LG204, LG205 and LG206: checks that a pre token generation handler returns the response for the configured event version. */
export function checkTokenVersions(subject: Subject): Judged {
  const answers = listAttachedCode(subject).flatMap(({ trigger, version, code, resource, path, target }): readonly Finding[] => {
    const text = code?.text ?? ''
    // Reports no bundle that contains both properties, because its code may choose the property by the version of the event.
    const [later, first] = [text.includes('claimsAndScopeOverrideDetails'), text.includes('claimsOverrideDetails')]
    if (trigger !== 'PreTokenGeneration' || target === undefined || version === undefined || later === first) return []
    if (later && version === 'V1_0') {
      return [
        {
          code: 'LG204',
          resource,
          path,
          message: `${target.id} returns claimsAndScopeOverrideDetails, but the user pool sends V1_0 events`,
        },
      ]
    }
    if (first && version !== 'V1_0') {
      return [
        {
          code: 'LG205',
          resource,
          path,
          message: `${target.id} returns claimsOverrideDetails, but the user pool sends ${version} events`,
        },
      ]
    }
    return []
  })
  return mergeJudged([{ findings: answers, unknown: [] }, checkDoubleWiring(subject)])
}

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
