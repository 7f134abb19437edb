import type { OnceNode } from './once.ts'
import type { Rule, RuleNode } from './rule.ts'
import type { PostTrigger } from './trigger.ts'

/** A rule made by `once`, ready to be run. */
export type OnceRule = OnceNode & Rule<PostTrigger>

/** Effects by the name under which a ledger keeps them. */
export type OnceRules = ReadonlyMap<string, OnceRule>

/**
 * Finds the once-only effects of a composition, by the name under which a ledger keeps them.
 *
 * @throws TypeError when two have one name: whichever came second would find its effect done, and never run.
 * @example
 * onceRules(handler.rule).get('send-welcome-email')
 */
export function onceRules(composition: RuleNode): OnceRules {
  const found = new Map<string, OnceRule>()
  for (const rule of nodesOf(composition)) {
    if (!isOnce(rule) || found.get(rule.effect) === rule) continue
    if (found.has(rule.effect))
      throw new TypeError(
        `Two effects are kept under the name '${rule.effect}', so the second would never run; give one an occasion of its own`,
      )
    found.set(rule.effect, rule)
  }
  return found
}

function nodesOf(node: RuleNode): readonly RuleNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)]
}

function isOnce(node: RuleNode): node is OnceRule {
  return node.kind === 'once' && 'effect' in node && 'evaluate' in node
}
