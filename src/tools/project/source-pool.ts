import { parseReference, withoutNames } from './symbolic.ts'
import type { Resource, Template } from './template.ts'

/** The result of a check before the deployment; `maybe` if the result depends on a value that is known only at deployment. */
export type Sure = 'yes' | 'no' | 'maybe'

/**
 * Decides if a SourceArn, converted by `toSymbolic`, is the ARN of a user pool. The result is `id` for the pool's id, which Lambda
 * does not accept as an ARN.
 */
export function judgeSource(template: Template, source: string | undefined, pool: Resource): Sure | 'id' {
  if (source === undefined || source === '*') return 'yes'
  const reference = parseReference(source)
  if (reference !== undefined) return judgeReference(template.resources.get(reference.id), reference.attribute, pool)
  const [, service, resource] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.*)$/.exec(withoutNames(source)) ?? []
  if (service === undefined) return source.includes('${') ? judgeStart(template, source, pool) : 'no'
  if (service !== '$' && service !== 'cognito-idp') return 'no'
  const [, id = ''] = /userpool\/([^/]*)$/.exec(source) ?? []
  if (id === '') return resource?.includes('$') || resource === '*' ? 'maybe' : 'no'
  if (id === '*') return 'yes'
  const named = parseReference(id)
  const other = template.resources.get(named?.id ?? '')
  if (named?.attribute === 'Arn') return 'no'
  if (other?.id === pool.id) return 'yes'
  return other?.type === 'AWS::Cognito::UserPool' ? 'no' : 'maybe'
}

function judgeReference(found: Resource | undefined, attribute: string | undefined, pool: Resource): Sure | 'id' {
  if (found === undefined) return 'maybe'
  if (found.id === pool.id) return attribute === 'Arn' ? 'yes' : 'id'
  return hasOpenAttributes(found) ? 'maybe' : 'no'
}

/** Judges a text that begins with the ARN of a pool, such as `${Pool.Arn}/*`. */
function judgeStart(template: Template, source: string, pool: Resource): Sure {
  const [, start = ''] = /^(\$\{[^}]*\})/.exec(source) ?? []
  const reference = parseReference(start)
  const found = template.resources.get(reference?.id ?? '')
  return found?.type === 'AWS::Cognito::UserPool' && found.id !== pool.id ? 'no' : 'maybe'
}

/** Returns true if a text, converted by `toSymbolic`, is the id of a user pool. */
export function isPoolId(text: string | undefined, { id }: Resource): boolean {
  return text === `\${${id}}` || text === `\${${id}.UserPoolId}`
}

/** Returns true for a resource whose attributes may have any value: a nested stack, a custom resource or a stored parameter. */
export function hasOpenAttributes({ type }: Resource): boolean {
  return /^(?:Custom::|AWS::CloudFormation::|AWS::SSM::)/.test(type)
}
