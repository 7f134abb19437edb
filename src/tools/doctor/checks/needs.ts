import { isObject } from '../../../shared/rules/invocation.ts'
import type { RulePermission } from '../../../shared/rules/rule.ts'
import { listRules } from '../../../shared/rules/rule.ts'
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
    if (!rights.complete && needs.length > 0)
      unknown.push(`the permissions of ${target.id}: the role or a policy of the role is outside the template, or known only at deployment`)
    for (const { need, rule } of needs) {
      for (const finding of findUnmetNeed(subject.template, target, need, rule, rights)) {
        // Reports each permission or table once for a function, because several of its rules often need the same one.
        findings.set(JSON.stringify([target.id, finding.code, finding.code === 'LG301' ? need.resource : finding.message]), finding)
      }
    }
  }
  return { findings: [...findings.values()], unknown }
}

function findUnmetNeed(
  template: Template,
  target: Resource,
  { actions, resource, index }: RulePermission,
  rule: string,
  rights: Rights,
): readonly Finding[] {
  const setting = readVariable(target, resource)
  const table = setting !== undefined && actions.some((action) => action.startsWith('dynamodb:')) ? findTable(template, setting) : 'unknown'
  const missing: Finding[] = []
  if (table === 'elsewhere') {
    const path = ['Properties', 'Environment', 'Variables', resource]
    missing.push({
      code: 'LG301',
      resource: target.id,
      path,
      message: `The rule ${rule} of ${target.id} uses the table ${setting} (${resource}), which the template does not create`,
    })
  }
  if (!rights.complete) return missing
  for (const action of actions) {
    const allowing = rights.rights.filter((right) => isActionAllowed(right.action, action))
    const may = allowing.some((right) => typeof table === 'string' || judgeCoverage(template, right.on, table, index) !== 'no')
    if (may) continue
    const where = typeof table === 'string' ? '' : ` on ${index === undefined ? '' : `the index ${index} of `}${table.id}`
    const code = action.startsWith('ses:') ? 'LG303' : 'LG302'
    const message = `The rule ${rule} of ${target.id} needs ${action}${where}, but the role ${rights.role} does not allow this action`
    missing.push({ code, ...findPolicyPlace(template, target, rights), message })
  }
  return missing
}

/** Returns where to add a permission: the role or, if SAM generates the role, the function. */
function findPolicyPlace({ declared }: Template, { id }: Resource, { role }: Rights): Pick<Finding, 'resource' | 'path'> {
  return { resource: role !== undefined && declared.has(role) ? role : id, path: ['Properties', 'Policies'] }
}

function readVariable({ properties }: Resource, name: string): string | undefined {
  const variables = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  return isObject(variables) ? toSymbolic(variables[name]) : undefined
}

/** Returns true if an action of a policy, which may have wildcards, covers another action. */
function isActionAllowed(written: string, action: string): boolean {
  return matchesGlob(written.toLowerCase(), action.toLowerCase())
}
