import { isObject } from '../../../shared/rules/invocation.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { findResources } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
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
  return { findings: [...answers, ...findDoubleWiring(subject)], unknown: [] }
}

function findDoubleWiring({ template }: Subject): readonly Finding[] {
  return findResources(template, 'AWS::Cognito::UserPool').flatMap(({ id, properties }): readonly Finding[] => {
    const config = isObject(properties.LambdaConfig) ? properties.LambdaConfig : {}
    const versioned = isObject(config.PreTokenGenerationConfig) ? toSymbolic(config.PreTokenGenerationConfig.LambdaArn) : undefined
    const plain = toSymbolic(config.PreTokenGeneration)
    if (plain === undefined || versioned === undefined || plain === versioned) return []
    // Reports only names and references to resources. Two different parameters may have the same value at deployment.
    const [left, right] = [plain, versioned].map((text) => isKnown(text) || template.resources.has(/^\$\{(\w+)/.exec(text)?.[1] ?? ''))
    if (!left || !right) return []
    const path = ['Properties', 'LambdaConfig', 'PreTokenGeneration']
    return [
      {
        code: 'LG206',
        resource: id,
        path,
        message: `The user pool ${id} names one function in PreTokenGeneration and another in PreTokenGenerationConfig`,
      },
    ]
  })
}
