import type { Condition } from './condition.ts'
import type { OnceNode } from './once.ts'
import type { Rule, RuleNode } from './rule.ts'
import type { Working } from './trigger.ts'

/** A rule made by `once`. */
export type OnceRule = OnceNode & Rule<Working>

/** An effect that runs once per user, with the conditions around it. */
export interface OnceEntry {
  readonly rule: OnceRule
  /**
   * The conditions around the effect, as one list for each place where the effect occurs in the composition. The effect may run if all
   * conditions of at least one list are true.
   */
  readonly places: readonly (readonly Condition<Working>[])[]
}

/** Effects by their name in the ledger. */
export type OnceRules = ReadonlyMap<string, OnceEntry>

/**
 * Finds the effects of a composition that run once per user, with the conditions around them.
 *
 * @throws TypeError if two effects have the same name, because the ledger would report the second one as done. TypeError if a `when`
 *   around an effect does not expose its condition.
 * @example
 * onceRules(handler.composition).get('send-welcome-email')?.rule
 */
export function onceRules(composition: RuleNode): OnceRules {
  const found = new Map<string, OnceEntry>()
  for (const { rule, conditions } of findPlaces(composition, [])) {
    const known = found.get(rule.effect)
    if (known !== undefined && known.rule !== rule)
      throw new TypeError(`Two effects are named '${rule.effect}', so the second would never run; give one of them another id`)
    found.set(rule.effect, { rule, places: [...(known?.places ?? []), conditions] })
  }
  return found
}

interface Place {
  readonly rule: OnceRule
  readonly conditions: readonly Condition<Working>[]
}

function findPlaces(node: RuleNode, conditions: readonly Condition<Working>[]): readonly Place[] {
  if (isOnce(node)) return [{ rule: node, conditions }]
  const inside = isWhen(node) ? [...conditions, node.condition] : conditions
  const places = (node.children ?? []).flatMap((child) => findPlaces(child, inside))
  if (places.length > 0 && node.kind === 'when' && !isWhen(node))
    throw new TypeError(`'${node.name}' hides the condition of an effect; make it with when()`)
  return places
}

function isOnce(node: RuleNode): node is OnceRule {
  return node.kind === 'once' && 'effect' in node && 'evaluate' in node
}

/**
 * Returns true if a node is a `when` that exposes its condition. The condition has the context of a working trigger, because only such
 * triggers have effects.
 */
function isWhen(node: RuleNode): node is RuleNode & { readonly condition: Condition<Working> } {
  return node.kind === 'when' && typeof node.condition === 'function'
}
