import type { OnceNode } from '../shared/rules/once.ts'
import type { Rule, RuleNode } from '../shared/rules/rule.ts'
import type { PostTrigger } from '../shared/rules/trigger.ts'

/** Effects by the name under which a ledger keeps them. */
export type OnceRules = ReadonlyMap<string, Rule<PostTrigger>>

/**
 * Finds the once-only effects of a composition: what is left over in a ledger is run by the rule that claimed it, and by
 * nothing beside it.
 *
 * @example
 * onceRules(handler.rule).get('send-welcome-email')
 */
export function onceRules(composition: RuleNode): OnceRules {
  return new Map(
    nodesOf(composition)
      .filter(isOnce)
      .map((rule) => [rule.effect, rule]),
  )
}

function nodesOf(node: RuleNode): readonly RuleNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)]
}

function isOnce(node: RuleNode): node is OnceNode & Rule<PostTrigger> {
  return node.kind === 'once' && 'effect' in node && 'evaluate' in node
}
