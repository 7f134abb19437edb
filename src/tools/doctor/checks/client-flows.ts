import { hasIntrinsic } from '../../project/conditions.ts'
import { hasOpenAttributes, isPoolId } from '../../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import type { Code } from '../codes.ts'
import { type Judged, NOTHING } from '../finding.ts'
import type { AttachedCode } from '../loaded.ts'

/** The flows of which an app client must have one, so that Cognito calls a trigger. */
export interface NeededFlows {
  readonly code: Code
  /** The accepted flows, by the property of the app client. */
  readonly flows: Readonly<Record<string, readonly string[]>>
  /** The trigger's purpose, for the message that the check is undecided. */
  readonly purpose: string
  /** Returns the message of the finding. */
  readonly describe: (pool: string) => string
}

/** Checks that an app client of the pool has one of the flows with which Cognito calls a trigger. */
export function checkFlows(template: Template, { pool, resource, path, conditional }: AttachedCode, needed: NeededFlows): Judged {
  if (pool === undefined) return NOTHING
  const clients = findResources(template, 'AWS::Cognito::UserPoolClient').map((client) => judgeClient(template, client, pool, needed))
  if (clients.includes('yes')) return NOTHING
  const isUndecided = (why: string): Judged => ({ findings: [], unknown: [`the app clients of ${pool.id} for ${needed.purpose}: ${why}`] })
  if (clients.includes('maybe') || conditional) return isUndecided(AT_DEPLOYMENT)
  if (clients.every((each) => each === 'other')) return isUndecided('this template contains none')
  return { findings: [{ code: needed.code, resource, path, message: needed.describe(pool.id) }], unknown: [] }
}

/** Judges if an app client has one of the flows. The result is `other` for a client of another pool. */
function judgeClient(
  template: Template,
  { properties }: Resource,
  pool: Resource,
  { flows }: NeededFlows,
): 'yes' | 'no' | 'maybe' | 'other' {
  const named = toSymbolic(properties.UserPoolId) ?? ''
  if (!isPoolId(named, pool)) {
    const found = template.resources.get(parseReference(named)?.id ?? '')
    return isKnown(named) || (found !== undefined && !hasOpenAttributes(found)) ? 'other' : 'maybe'
  }
  const judged = Object.entries(flows).map(([property, accepted]) => judgeList(properties, property, accepted))
  return judged.find((each) => each === 'yes') ?? judged.find((each) => each === 'maybe') ?? 'no'
}

/** Judges if a list has one of the words. A missing list has none of them, because Cognito's defaults contain none of them. */
function judgeList(properties: Resource['properties'], name: string, words: readonly string[]): 'yes' | 'no' | 'maybe' {
  const value = properties[name]
  if (value === undefined) return hasIntrinsic(properties) ? 'maybe' : 'no'
  if (!Array.isArray(value)) return 'maybe'
  const texts = value.map(toSymbolic)
  if (texts.some((each) => each !== undefined && words.includes(each))) return 'yes'
  return texts.every((each) => each !== undefined && isKnown(each)) ? 'no' : 'maybe'
}
