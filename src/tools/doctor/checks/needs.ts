import { isObject } from '../../../shared/rules/invocation.ts'
import type { RulePermission } from '../../../shared/rules/rule.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { createStatement } from '../../project/iam-statement.ts'
import type { Sure } from '../../project/source-pool.ts'
import { toSymbolic } from '../../project/symbolic.ts'
import type { Resource, Template } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import { matchesGlob } from '../glob.ts'
import { hasUndeclaredNeeds, listAttachedCode, type Subject } from '../loaded.ts'
import { createRightsReader, type Rights } from '../rights.ts'
import { findTable, judgeCoverage } from '../tables.ts'

/** LG301, LG302 and LG303: finds tables and permissions that rules need, but that the template does not contain. */
export function checkNeeds(subject: Subject): Judged {
  const findings = new Map<string, Finding>()
  const unknown: string[] = []
  const readRights = createRightsReader(subject.template)
  const seen = new Set<string>()
  for (const { target, code } of listAttachedCode(subject)) {
    if (target === undefined || code?.rule === undefined || seen.has(target.id)) continue
    seen.add(target.id)
    const rights = readRights(target)
    const rules = listRules(code.rule)
    unknown.push(
      ...rules
        .filter(hasUndeclaredNeeds)
        .map(({ name }) => `the permissions that the rule ${name} of ${target.id} needs: the rule does not declare its permissions`),
    )
    const needs = rules.flatMap((rule) => (rule.permissions ?? []).map((need) => ({ need, rule: rule.name })))
    if (!rights.complete)
      unknown.push(`the permissions of ${target.id}: the role or a policy of the role is outside the template, or known only at deployment`)
    for (const { need, rule } of needs) {
      const unmet = checkNeed(subject.template, target, need, rule, rights)
      unknown.push(...unmet.unknown)
      for (const finding of unmet.findings) {
        // Reports each permission or table once for a function, because several of its rules often need the same one.
        const key = finding.code === 'LG301' ? need.resource : [finding.statement?.statement ?? need.actions, need.index]
        findings.set(JSON.stringify([target.id, finding.code, key]), finding)
      }
    }
  }
  return { findings: [...findings.values()], unknown }
}

function checkNeed(template: Template, target: Resource, need: RulePermission, rule: string, rights: Rights): Judged {
  const { actions, resource, index } = need
  const value = readVariable(target, resource)
  const setting = toSymbolic(value)
  const isTable = actions.some((action) => action.startsWith('dynamodb:'))
  const table = setting !== undefined && isTable ? findTable(template, setting) : 'unknown'
  const findings: Finding[] = []
  const unknown: string[] = []
  if (table === 'elsewhere') {
    const path = ['Properties', 'Environment', 'Variables', resource]
    const message = `The rule ${rule} of ${target.id} uses the table ${setting} (${resource}), which the template does not create`
    findings.push({ code: 'LG301', resource: target.id, path, message })
  }
  if (isTable && table === 'unknown')
    unknown.push(`the table of the rule ${rule} of ${target.id}: ${resource} is not set, or is known only at deployment`)
  if (!rights.complete) return { findings, unknown }
  const answers = actions.map((action): readonly [string, Sure] => [action, judgeAction(template, action, table, index, rights, target)])
  const where = typeof table === 'string' ? '' : ` on ${index === undefined ? '' : `the index ${index} of `}${table.id}`
  const maybe = answers.filter(([, sure]) => sure === 'maybe').map(([action]) => action)
  if (maybe.length > 0 && table !== 'unknown')
    unknown.push(
      `the permission of ${target.id} for ${maybe.join(', ')}${where}: a statement of ${rights.role} is known only at deployment`,
    )
  const missing = answers.filter(([, sure]) => sure === 'no').map(([action]) => action)
  for (const group of [missing.filter((each) => each.startsWith('ses:')), missing.filter((each) => !each.startsWith('ses:'))]) {
    if (group.length === 0) continue
    const code = group[0]?.startsWith('ses:') ? 'LG303' : 'LG302'
    const what = group.length === 1 ? 'this action' : 'these actions'
    const message = `The rule ${rule} of ${target.id} needs ${group.join(', ')}${where}, but the role ${rights.role} does not allow ${what}`
    const place = findPolicyPlace(template, target, rights)
    const statement = createStatement(group, need, value, typeof table === 'string' ? undefined : table.id)
    findings.push({ code, ...place, message, ...(statement && { statement: { statement, ...describePlace(template, place.resource) } }) })
  }
  return { findings, unknown }
}

function judgeAction(
  template: Template,
  action: string,
  table: Resource | 'elsewhere' | 'unknown',
  index: string | undefined,
  { rights }: Rights,
  target: Resource,
): Sure {
  const answers = rights
    .filter((right) => isActionAllowed(right.action, action))
    .map((right): Sure => {
      const covered =
        typeof table === 'string'
          ? table === 'unknown' && !right.on.includes('*')
            ? 'maybe'
            : 'yes'
          : judgeCoverage(template, right.on, table, index)
      return covered === 'yes' && right.conditional && !target.conditional ? 'maybe' : covered
    })
  return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
}

/** Returns where to add a permission: the role or, if SAM generates the role, the function. */
function findPolicyPlace({ declared }: Template, { id }: Resource, { role }: Rights): Pick<Finding, 'resource' | 'path'> {
  return { resource: role !== undefined && declared.has(role) ? role : id, path: ['Properties', 'Policies'] }
}

// The logical id of the role that the Serverless Framework generates.
const FRAMEWORK_ROLE = 'IamRoleLambdaExecution'

function describePlace({ declared }: Template, id: string): { readonly addTo: string; readonly isPolicy: boolean } {
  if (id === FRAMEWORK_ROLE) return { addTo: 'provider.iam.role.statements', isPolicy: false }
  const isPolicy = declared.get(id)?.type === 'AWS::Serverless::Function'
  return { addTo: isPolicy ? `Policies of ${id}` : `the statements of ${id}`, isPolicy }
}

/** Returns the value of an environment variable as it is in the template. */
function readVariable({ properties }: Resource, name: string): unknown {
  const variables = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  return isObject(variables) ? variables[name] : undefined
}

/** Returns true if an action of a policy, which may have wildcards, covers another action. */
function isActionAllowed(written: string, action: string): boolean {
  return matchesGlob(written.toLowerCase(), action.toLowerCase())
}
