import { readCalls } from '../../project/attached.ts'
import { isPoolId } from '../../project/source-pool.ts'
import { isKnown, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'

// The Serverless Framework creates this resource for an event whose pool has the rest of the name.
const GENERATED = 'CognitoUserPool'

/** LG404 and LG405: finds triggers that are on another user pool than the app clients, and triggers that an update of the pool removes. */
export function checkPoolNames({ template }: Subject): Judged {
  const { attached, unknown: undecided } = readCalls(template)
  const pools = findResources(template, 'AWS::Cognito::UserPool')
  const hasTriggers = ({ id }: Resource): boolean => [...attached, ...undecided].some(({ pool }) => pool?.id === id)
  const clients = findResources(template, 'AWS::Cognito::UserPoolClient').map(({ properties }) => toSymbolic(properties.UserPoolId))
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const pool of pools.filter(hasTriggers)) {
    // A pool with clients is in use, whatever its name is.
    if (clients.some((named) => isPoolId(named, pool))) continue
    for (const other of pools) {
      if (other.id === pool.id || hasTriggers(other)) continue
      const same = comparePools(pool, other)
      const isUsed = clients.some((named) => isPoolId(named, other))
      if (same === undefined || (same === 'maybe' && !isUsed)) continue
      if (same === 'maybe') {
        unknown.push(`if the user pools ${pool.id} and ${other.id} have the same name: ${AT_DEPLOYMENT}`)
        continue
      }
      const used = isUsed ? ', whose app clients are in this template,' : ''
      const message = `The triggers are on the user pool ${pool.id}, but ${other.id}${used} has no triggers: ${same}`
      findings.push({ code: 'LG404', resource: pool.id, path: ['Properties', 'LambdaConfig'], message })
    }
  }
  const custom = attached.filter(({ pool, resource }) => pool !== undefined && pool.id !== resource)
  return {
    findings: [
      ...findings,
      ...custom.flatMap(({ pool, resource, path, trigger }): readonly Finding[] => {
        const message = `${resource} adds the trigger ${trigger} to ${pool?.id}, but an update of ${pool?.id} removes the trigger`
        return [{ code: 'LG405', resource, path, message }]
      }),
    ],
    unknown: [...unknown, ...listUnknownCustomPools(template)],
  }
}

/** Returns why two resources are meant to be the same user pool; `maybe` if a name is known only at deployment. */
function comparePools(pool: Resource, other: Resource): string | undefined {
  const [name, otherName] = [pool, other].map(({ properties }) => toSymbolic(properties.UserPoolName))
  if (pool.id === `${GENERATED}${other.id}` || (pool.id.startsWith(GENERATED) && name === other.id))
    return `the Serverless Framework created ${pool.id} for \`pool: ${other.id}\``
  if (name === undefined || otherName === undefined) return undefined
  if (name === otherName) return `both are named ${name}`
  return isKnown(name) && isKnown(otherName) ? undefined : 'maybe'
}

/** Lists the pools of the Serverless Framework's custom resources that may be pools of the template. */
function listUnknownCustomPools(template: Template): readonly string[] {
  const names = findResources(template, 'AWS::Cognito::UserPool').map(({ properties }) => toSymbolic(properties.UserPoolName))
  return findResources(template, 'Custom::CognitoUserPool').flatMap(({ id, properties }) => {
    const name = toSymbolic(properties.UserPoolName) ?? ''
    const isOpen = names.some((each) => each !== name && each !== undefined && !(isKnown(each) && isKnown(name)))
    return isOpen && !names.includes(name) ? [`the user pool of ${id}: UserPoolName is known only at deployment`] : []
  })
}
