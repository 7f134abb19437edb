import { triggerFacts } from '../../../shared/cognito/triggers.ts'
import { isObject } from '../../../shared/rules/invocation.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { findFunction, mayName } from '../../project/named-function.ts'
import { isKnown, parseReference, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import { type Finding, type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { matchesGlob } from '../glob.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../loaded.ts'

/** LG501 to LG505: checks the key, the event version and the retries of custom senders. */
export function checkSenders(subject: Subject): Judged {
  const senders = listAttachedCode(subject).filter(({ trigger }) => triggerFacts(trigger).needsKmsKey === true)
  const pools = [...new Set(senders.flatMap(({ pool, conditional }) => (pool === undefined || conditional ? [] : [pool])))]
  const targets = [...new Set(senders.flatMap(({ target }) => target ?? []))]
  return mergeJudged([
    ...pools.map((pool) => checkKey(subject.template, pool)),
    ...senders.map(checkVersion),
    ...targets.map((target) => checkRetries(subject.template, target)),
  ])
}

/** LG501 and LG502: Cognito encrypts codes with the pool's key, for which the template's user creates a grant. */
function checkKey(template: Template, pool: Resource): Judged {
  const { LambdaConfig: config } = pool.properties
  if (!isObject(config)) return NOTHING
  const path = ['Properties', 'LambdaConfig']
  if (config.KMSKeyID === undefined) {
    if (hasIntrinsic(config)) return { findings: [], unknown: [`the KMS key of the user pool ${pool.id}: ${AT_DEPLOYMENT}`] }
    const message = `The user pool ${pool.id} has a custom sender, but no KMSKeyID`
    return { findings: [{ code: 'LG501', resource: pool.id, path, message }], unknown: [] }
  }
  const key = template.resources.get(parseReference(toSymbolic(config.KMSKeyID) ?? '')?.id ?? '')
  if (key?.type !== 'AWS::KMS::Key')
    return { findings: [], unknown: [`the policy of the KMS key of the user pool ${pool.id}: the key is outside of the template`] }
  const allows = allowsGrants(key)
  if (allows === 'maybe') return { findings: [], unknown: [`the policy of the KMS key ${key.id}: ${AT_DEPLOYMENT}`] }
  if (allows === 'yes') return NOTHING
  const message = `The policy of the KMS key ${key.id} allows kms:CreateGrant to no principal, so the user pool ${pool.id} cannot use the key`
  return { findings: [{ code: 'LG502', resource: key.id, path: ['Properties', 'KeyPolicy'], message }], unknown: [] }
}

function allowsGrants({ properties }: Resource): 'yes' | 'no' | 'maybe' {
  const { KeyPolicy: policy } = properties
  // Without a policy, KMS lets the IAM policies of the account decide.
  if (policy === undefined) return hasIntrinsic(properties) ? 'maybe' : 'yes'
  if (!isObject(policy) || policy.Statement === undefined) return 'maybe'
  const answers = [policy.Statement].flat().map((statement: unknown) => {
    if (!isObject(statement) || statement.Effect === undefined) return 'maybe'
    if (statement.Effect !== 'Allow') return 'no'
    if (statement.Action === undefined) return 'maybe'
    const actions = [statement.Action].flat().map((action: unknown) => toSymbolic(action) ?? '${')
    if (actions.some((action) => isKnown(action) && matchesGlob(action.toLowerCase(), 'kms:creategrant'))) return 'yes'
    return actions.every(isKnown) ? 'no' : 'maybe'
  })
  return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
}

/** LG503: a sender is an object with the only version, V1_0. Other triggers may be a plain ARN. */
function checkVersion({ pool, trigger, path, resource, version, target, conditional }: AttachedCode): Judged {
  const config = pool?.id === resource ? pool.properties.LambdaConfig : undefined
  const setting = isObject(config) ? config[trigger] : undefined
  const isPlain = typeof setting === 'string' || (target !== undefined && !conditional)
  if (setting === undefined || (!(isObject(setting) && 'LambdaArn' in setting) && !isPlain)) return NOTHING
  if (isObject(setting) && 'LambdaVersion' in setting) {
    if (version === 'V1_0') return NOTHING
    if (version === undefined) return { findings: [], unknown: [`LambdaVersion of ${trigger} in ${resource}: ${AT_DEPLOYMENT}`] }
  }
  const message = `${trigger} of the user pool ${resource} is not an object with LambdaArn and LambdaVersion V1_0`
  return { findings: [{ code: 'LG503', resource, path, message }], unknown: [] }
}

/** LG504 and LG505: Lambda repeats failed events twice, and then drops them. */
function checkRetries(template: Template, target: Resource): Judged {
  const all = findResources(template, 'AWS::Lambda::EventInvokeConfig').map((config) => {
    const name = toSymbolic(config.properties.FunctionName) ?? ''
    return { config, name, invoked: findFunction(template, name)?.lambda }
  })
  const configs = all.flatMap(({ config, invoked }) => (invoked?.id === target.id ? [config] : []))
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const { id, properties } of configs) {
    const { MaximumRetryAttempts: retries } = properties
    if (typeof retries === 'object') unknown.push(`MaximumRetryAttempts of ${id}: ${AT_DEPLOYMENT}`)
    if (Number(retries) !== 0 || retries === null) continue
    const message = `Lambda does not repeat the failed events of ${target.id}, so a message that could not be sent is lost`
    findings.push({ code: 'LG504', resource: id, path: ['Properties', 'MaximumRetryAttempts'], message })
  }
  const isKept =
    configs.some(({ properties }) => properties.DestinationConfig !== undefined) || target.properties.DeadLetterConfig !== undefined
  const open = all.find(({ name, invoked }) => invoked === undefined && mayName(target, name))
  if (!isKept && open !== undefined)
    unknown.push(`the failed events of ${target.id}: FunctionName of ${open.config.id} is known only at deployment`)
  if (!isKept && open === undefined) {
    const message = `${target.id} has no destination for failed events, so a message that was never sent leaves only a log line`
    findings.push({ code: 'LG505', resource: target.id, path: ['Properties'], message })
  }
  return { findings, unknown }
}
