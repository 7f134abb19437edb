import type { RuleDescription } from '../lib/description.ts'
import type { LoggedRule } from './handler-log.ts'

/** A rule of a composition with what it said, or why it was not asked. */
export interface ExplainedRule {
  readonly name: string
  readonly kind: string
  /** What it said; absent where it was not asked. */
  readonly said?: LoggedRule
  /** Why it was not asked. */
  readonly notRun?: string
  readonly children: readonly ExplainedRule[]
}

/**
 * Puts a trace on the composition that it belongs to.
 *
 * @param root The handler's composition. It is not in the trace itself: the invocation is its verdict.
 * @param ended Why rules may be missing from the trace altogether; undefined where the handler reached a decision.
 */
export function explainRules(root: RuleDescription, trace: readonly LoggedRule[], ended: string | undefined): readonly ExplainedRule[] {
  // A reservation has a second line, which says more than the first if it denied.
  const said = new Map(trace.filter(({ commit, outcome }) => commit === undefined || outcome !== 'skip').map((rule) => [rule.path, rule]))
  return explainChildren(root, '', undefined, said, ended)
}

function explainChildren(
  parent: RuleDescription,
  prefix: string,
  parentSaid: LoggedRule | undefined,
  said: ReadonlyMap<string, LoggedRule>,
  parentNotRun: string | undefined,
): readonly ExplainedRule[] {
  const declared = parent.children.map((rule, index): ExplainedRule => {
    const path = `${prefix}${index}`
    const own = said.get(path)
    const notRun =
      own === undefined
        ? (explainNotRun(parent, prefix, index, said) ?? findOwnReason(parent, parentSaid) ?? parentNotRun ?? 'it was not asked')
        : undefined
    return {
      name: rule.name,
      kind: rule.kind,
      ...(own !== undefined && { said: own }),
      ...(notRun !== undefined && { notRun }),
      children: explainChildren(rule, `${path}.`, own, said, notRun === undefined ? undefined : `${rule.name} did not run`),
    }
  })
  return [...declared, ...explainUndeclared(prefix, declared.length, said)]
}

/** Rules that a composition of a user's own ran without declaring them as its children. */
function explainUndeclared(prefix: string, from: number, said: ReadonlyMap<string, LoggedRule>): readonly ExplainedRule[] {
  const own = said.get(`${prefix}${from}`)
  if (own === undefined) return []
  const children = explainUndeclared(`${own.path}.`, 0, said)
  return [{ name: own.rule, kind: 'rule', said: own, children }, ...explainUndeclared(prefix, from + 1, said)]
}

/** The rule beside it that made it needless. */
function explainNotRun(parent: RuleDescription, prefix: string, index: number, said: ReadonlyMap<string, LoggedRule>): string | undefined {
  for (let at = index - 1; at >= 0; at -= 1) {
    const sibling = said.get(`${prefix}${at}`)
    if (sibling?.outcome === 'allow' && parent.kind === 'anyOf') return `${sibling.rule} allowed before`
    if (parent.kind === 'anyOf') continue
    if (sibling?.outcome === 'deny') return `${sibling.rule} denied before`
    if (sibling?.outcome === 'error') return `${sibling.rule} broke before`
  }
  return undefined
}

function findOwnReason(parent: RuleDescription, said: LoggedRule | undefined): string | undefined {
  if (said === undefined) return undefined
  if (parent.kind === 'when' && said.reason === 'condition-false') return 'the condition was false'
  if (parent.kind === 'shadow') return 'no time was left for it after the decision'
  if (said.outcome !== 'error') return undefined
  return said.reason === 'deadline-exceeded' ? 'the deadline had passed' : `${parent.name} broke before it: ${said.reason}`
}
