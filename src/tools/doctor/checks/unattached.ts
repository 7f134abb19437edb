import { isCognito, readCalls } from '../../project/attached.ts'
import { findFunction } from '../../project/named-function.ts'
import { parseReference, toSymbolic } from '../../project/symbolic.ts'
import { findResources } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import type { Subject } from '../loaded.ts'

/**
 * LG407: finds functions that a pool of the template may invoke, but that its LambdaConfig does not name. Their trigger is probably set by the
 * AWS CLI, and the next update of the pool removes it. LG304 reports functions whose rules name their trigger.
 */
export function checkUnattached({ template, codes }: Subject): Judged {
  const { attached, unknown: undecided } = readCalls(template)
  const pools = findResources(template, 'AWS::Cognito::UserPool')
  const permitted = findResources(template, 'AWS::Lambda::Permission').map(({ id, properties, conditional }): Judged => {
    const target = findFunction(template, toSymbolic(properties.FunctionName) ?? '')?.lambda
    const source = parseReference(toSymbolic(properties.SourceArn) ?? '')
    const pool = pools.find((each) => each.id === source?.id && source.attribute === 'Arn')
    if (target === undefined || pool === undefined || conditional || !isCognito(properties.Principal)) return NOTHING
    if (codes.get(target.id)?.trigger !== undefined || attached.some((each) => each.target?.id === target.id)) return NOTHING
    const call = undecided.find((each) => each.pool === undefined || each.pool.id === pool.id)
    if (call !== undefined)
      return { findings: [], unknown: [`the trigger for which ${pool.id} calls ${target.id}: ${call.holder} is known only at deployment`] }
    const message = `${id} allows ${pool.id} to invoke ${target.id}, but LambdaConfig of ${pool.id} does not name the function`
    return { findings: [{ code: 'LG407', resource: id, path: ['Properties', 'FunctionName'], message }], unknown: [] }
  })
  return mergeJudged(permitted)
}
