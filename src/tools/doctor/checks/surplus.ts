import { isObject } from '../../../shared/rules/invocation.ts'
import type { RulePermission } from '../../../shared/rules/rule.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { toSymbolic } from '../../project/symbolic.ts'
import { findResources, type Resource, type Template } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import { type Code, hasUndeclaredNeeds, listAttachedCode, type Subject } from '../loaded.ts'
import { createRightsReader, type Right, type Rights } from '../rights.ts'
import { findTable, judgeCoverage } from '../tables.ts'

// Permissions that are never reported, because any function may need them: logs, traces, network interfaces.
const PLUMBING = /^(?:logs|xray):|^ec2:(?:\w*NetworkInterface\w*|DescribeSubnets|DescribeSecurityGroups|DescribeVpcs)$/i

interface User {
  readonly lambda: Resource
  readonly code: Code | undefined
  readonly rights: Rights
}

/** LG305: finds permissions of a trigger's role that no rule needs. Considers the rules of all functions with this role. */
export function checkSurplus(subject: Subject): Judged {
  const { template, codes } = subject
  const attached = new Set(listAttachedCode(subject).map(({ target }) => target?.id))
  const readRights = createRightsReader(template)
  const users = findResources(template, 'AWS::Lambda::Function').map((lambda): User => {
    return { lambda, code: codes.get(lambda.id), rights: readRights(lambda) }
  })
  const roles = new Set(users.filter(({ lambda }) => attached.has(lambda.id)).flatMap(({ rights }) => rights.role ?? []))
  const parts = [...roles].map((role): Judged => {
    const own = users.filter(({ rights }) => rights.role === role)
    const other = users.find(({ lambda }) => mayHaveRole(lambda, role))
    if (other === undefined) return checkRole(template, own)
    const names = own.map(({ lambda }) => lambda.id).join(', ')
    return { findings: [], unknown: [`unneeded permissions of ${names}: the role of ${other.lambda.id} is known only at deployment`] }
  })
  return { findings: parts.flatMap(({ findings }) => findings), unknown: parts.flatMap(({ unknown }) => unknown) }
}

/** Returns true if the role of a function is an undecided expression, such as `Fn::If`, that names this role. */
function mayHaveRole({ properties }: Resource, role: string): boolean {
  const text = toSymbolic(properties.Role) ?? ''
  return text.startsWith('${?') && text.includes(`"${role}"`)
}

function checkRole(template: Template, users: readonly User[]): Judged {
  const rights = (users[0]?.rights.rights ?? []).filter(({ action, conditional }) => !PLUMBING.test(action) && !conditional)
  if (rights.length === 0) return { findings: [], unknown: [] }
  const silent: string[] = []
  const needs: { readonly need: RulePermission; readonly lambda: Resource }[] = []
  for (const { lambda, code } of users) {
    if (code?.rule === undefined)
      return { findings: [], unknown: [`unneeded permissions of ${lambda.id}: the rules of the function are unknown`] }
    const rules = listRules(code.rule)
    silent.push(...rules.filter(hasUndeclaredNeeds).map(({ name }) => name))
    needs.push(...rules.flatMap((rule) => (rule.permissions ?? []).map((need) => ({ need, lambda }))))
  }
  const names = users.map(({ lambda }) => lambda.id).join(', ')
  if (silent.length > 0)
    return {
      findings: [],
      unknown: [`unneeded permissions of ${names}: some rules do not declare their permissions: ${silent.join(', ')}`],
    }
  const needless = rights.filter((right) => !needs.some(({ need, lambda }) => isNeeded(template, right, need, lambda)))
  // Reports one finding for each statement of a policy, because the user must change the statement.
  const statements = Map.groupBy(needless, ({ resource, path }) => JSON.stringify([resource, path]))
  const findings = [...statements.values()].flatMap((group): readonly Finding[] => {
    const [first] = group
    if (first === undefined) return []
    const actions = group.map(({ action }) => action).join(', ')
    const message = `The role of ${names} allows ${actions} on ${first.on.join(', ')}, which is more than the rules need`
    return [{ code: 'LG305', resource: first.resource, path: first.path, message }]
  })
  return { findings, unknown: [] }
}

function isNeeded(
  template: Template,
  { action, on }: Right,
  { actions, resource: setting, index }: RulePermission,
  { properties }: Resource,
): boolean {
  if (!actions.some((each) => each.toLowerCase() === action.toLowerCase())) return false
  if (!action.toLowerCase().startsWith('dynamodb:')) return true
  const variables = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  const named = isObject(variables) ? toSymbolic(variables[setting]) : undefined
  const table = named === undefined ? 'unknown' : findTable(template, named)
  // Reports a permission on all tables (`*`), because a rule needs only its own table.
  if (on.includes('*')) return false
  return typeof table === 'string' || judgeCoverage(template, on, table, index) !== 'no'
}
