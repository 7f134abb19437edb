import type { Need } from '../../shared/rules/rule.ts'

/** A rule as it crosses from the handler's process: what can be drawn of it, and what it needs. */
export interface RuleDescription {
  readonly name: string
  readonly kind: string
  readonly children: readonly RuleDescription[]
  /** Absent where the rule does not say. */
  readonly needs?: readonly Need[]
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
    ...('needs' in rule && Array.isArray(rule.needs) && { needs: rule.needs.map(needOf).filter((need) => need !== undefined) }),
    ...('verifies' in rule && Array.isArray(rule.verifies) && { verifies: rule.verifies.map(String) }),
  }
}

function needOf(need: unknown): Need | undefined {
  if (typeof need !== 'object' || need === null || !('actions' in need) || !Array.isArray(need.actions) || !('on' in need)) return undefined
  return { actions: need.actions.map(String), on: String(need.on) }
}
