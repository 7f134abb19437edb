/** A rule as it crosses from the handler's process: what can be drawn of it. */
export interface RuleDescription {
  readonly name: string
  readonly kind: string
  readonly children: readonly RuleDescription[]
}

/** Reads the composition off a handler; undefined where the function was not made with Lifeguard. */
export function describeRule(rule: unknown): RuleDescription | undefined {
  if (typeof rule !== 'object' || rule === null || !('name' in rule) || !('kind' in rule)) return undefined
  const children: readonly unknown[] = 'children' in rule && Array.isArray(rule.children) ? rule.children : []
  return {
    name: String(rule.name),
    kind: String(rule.kind),
    children: children.map(describeRule).filter((child) => child !== undefined),
  }
}
