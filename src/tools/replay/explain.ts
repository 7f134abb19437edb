import type { RuleDescription } from '../lib/description.ts'
import type { TracedRule } from './rule-trace.ts'

/** A rule of a composition, with its trace entry or an explanation why the rule did not run. */
export interface ExplainedRule {
  readonly name: string
  readonly kind: string
  /** The rule's trace entry. Absent if the rule did not run. */
  readonly said?: TracedRule
  /** Explains why the rule did not run. Absent if the rule ran. */
  readonly notRun?: string
  readonly children: readonly ExplainedRule[]
}

/**
 * Combines a composition with the trace of one invocation.
 *
 * @param root The handler's composition. The trace has no entry for the root, because the outcome of the root is the decision.
 * @param ended Explains why the trace may be incomplete. Undefined if the handler reached a decision.
 */
export function explainRules(root: RuleDescription, trace: readonly TracedRule[], ended: string | undefined): readonly ExplainedRule[] {
  // A rule with a reservation has two entries. Keeps the entry of the reservation, unless that entry is a skip.
  const said = new Map(trace.filter(({ commit, outcome }) => commit === undefined || outcome !== 'skip').map((rule) => [rule.path, rule]))
  return explainChildren(root, '', undefined, said, ended)
}

function explainChildren(
  parent: RuleDescription,
  prefix: string,
  parentSaid: TracedRule | undefined,
  said: ReadonlyMap<string, TracedRule>,
  parentNotRun: string | undefined,
): readonly ExplainedRule[] {
  const declared = parent.children.map((rule, index): ExplainedRule => {
    const path = `${prefix}${index}`
    const own = said.get(path)
    const notRun =
      own === undefined
        ? (explainNotRun(parent, prefix, index, said) ??
          findOwnReason(parent, parentSaid) ??
          parentNotRun ??
          'the parent rule did not call this rule')
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

/** Returns the rules that a custom combinator ran but did not declare as children. */
function explainUndeclared(prefix: string, from: number, said: ReadonlyMap<string, TracedRule>): readonly ExplainedRule[] {
  const own = said.get(`${prefix}${from}`)
  if (own === undefined) return []
  const children = explainUndeclared(`${own.path}.`, 0, said)
  return [{ name: own.rule, kind: 'rule', said: own, children }, ...explainUndeclared(prefix, from + 1, said)]
}

/** Explains that the rule did not run because of the outcome of an earlier rule in the same combinator, or returns undefined. */
function explainNotRun(parent: RuleDescription, prefix: string, index: number, said: ReadonlyMap<string, TracedRule>): string | undefined {
  for (let at = index - 1; at >= 0; at -= 1) {
    const sibling = said.get(`${prefix}${at}`)
    if (sibling?.outcome === 'allow' && parent.kind === 'anyOf') return `${sibling.rule} already allowed`
    if (parent.kind === 'anyOf') continue
    if (sibling?.outcome === 'deny') return `${sibling.rule} already denied`
    if (sibling?.outcome === 'error') return `${sibling.rule} already failed`
  }
  return undefined
}

function findOwnReason(parent: RuleDescription, said: TracedRule | undefined): string | undefined {
  if (said === undefined) return undefined
  if (parent.kind === 'when' && said.reason === 'condition-false') return 'the condition was false'
  if (parent.kind === 'shadow') return 'no time was left after the decision'
  if (said.outcome !== 'error') return undefined
  return said.reason === 'deadline-exceeded' ? 'the deadline had passed' : `${parent.name} failed: ${said.reason}`
}
