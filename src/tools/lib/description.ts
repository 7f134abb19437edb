import type { Judges, RulePermission } from '../../shared/rules/rule.ts'

/** A rule as it crosses from the handler's process: what can be drawn of it, and what it declares. */
export interface RuleDescription {
  readonly name: string
  readonly kind: string
  readonly children: readonly RuleDescription[]
  /** Absent where the rule does not declare them. */
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges
  /** The outcomes that it may return besides `skip`, where it declares them. */
  readonly can?: readonly string[]
  /** It has a second step, which writes. */
  readonly commits?: true
  /** The attributes that it marks as verified, where it does that. */
  readonly verifies?: readonly string[]
}

/** Reads the composition off a handler; undefined where the function was not made with Lifeguard. */
export function describeRule(rule: unknown): RuleDescription | undefined {
  if (typeof rule !== 'object' || rule === null || !('name' in rule) || !('kind' in rule)) return undefined
  const children: readonly unknown[] = 'children' in rule && Array.isArray(rule.children) ? rule.children : []
  return {
    name: String(rule.name),
    kind: String(rule.kind),
    children: children.map(describeRule).filter((child) => child !== undefined),
    ...('permissions' in rule &&
      Array.isArray(rule.permissions) && { permissions: rule.permissions.map(readPermission).filter((each) => each !== undefined) }),
    ...('can' in rule && Array.isArray(rule.can) && { can: rule.can.map(String) }),
    ...(('commit' in rule || ('commits' in rule && rule.commits === true)) && { commits: true as const }),
    ...('judges' in rule && isJudges(rule.judges) && { judges: rule.judges }),
    ...('verifies' in rule && Array.isArray(rule.verifies) && { verifies: rule.verifies.map(String) }),
  }
}

function readPermission(value: unknown): RulePermission | undefined {
  if (typeof value !== 'object' || value === null || !('actions' in value) || !Array.isArray(value.actions) || !('resource' in value))
    return undefined
  const index = 'index' in value ? { index: String(value.index) } : {}
  return { actions: value.actions.map(String), resource: String(value.resource), ...index }
}

function isJudges(value: unknown): value is Judges {
  return value === 'email-domain' || value === 'block'
}
