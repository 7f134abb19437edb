import { isObject } from '../../../shared/rules/invocation.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { isPoolId } from '../../project/source-pool.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, listAttachedCode, REFRESH_SOURCE, type Subject } from '../loaded.ts'

/** LG406: finds code that recognises a refresh by its source, although an app client rotates refresh tokens. */
export function checkRotation(subject: Subject): Judged {
  const clients = findResources(subject.template, 'AWS::Cognito::UserPoolClient')
  const tokens = listAttachedCode(subject).filter(({ trigger }) => trigger === 'PreTokenGeneration')
  return mergeJudged(tokens.map((each) => checkHandler(each, clients)))
}

function checkHandler({ code, target, pool }: AttachedCode, clients: readonly Resource[]): Judged {
  const fact = code?.namesRefresh
  if (target === undefined || pool === undefined || fact?.kind !== 'yes') return NOTHING
  const ofPool = clients.filter(({ properties }) => isPoolId(toSymbolic(properties.UserPoolId) ?? '', pool))
  const rotations = ofPool.map((client) => ({ client, feature: readRotation(client) }))
  const rotating = rotations.find(({ feature }) => feature === 'ENABLED')
  if (rotating !== undefined) {
    const message = `${target.id} looks for the source ${REFRESH_SOURCE} (${code?.shown}, line ${fact.line}), but ${rotating.client.id} rotates refresh tokens`
    return { findings: [{ code: 'LG406', resource: target.id, path: ['Properties', 'Handler'], message }], unknown: [] }
  }
  const open = rotations.find(({ feature }) => feature === undefined)
  return open === undefined ? NOTHING : { findings: [], unknown: [`the rotation of refresh tokens by ${open.client.id}: ${AT_DEPLOYMENT}`] }
}

/** Returns the value of `Feature`, or undefined if it is known only at deployment. */
function readRotation({ properties }: Resource): string | undefined {
  const { RefreshTokenRotation: rotation } = properties
  if (rotation === undefined) return hasIntrinsic(properties) ? undefined : 'DISABLED'
  const feature = isObject(rotation) ? toSymbolic(rotation.Feature) : undefined
  return feature !== undefined && isKnown(feature) ? feature : undefined
}
