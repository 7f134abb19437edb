import type { Condition } from './condition.ts'
import type { OnceNode } from './once.ts'
import type { Rule, RuleNode } from './rule.ts'
import type { Working } from './trigger.ts'

/** A rule made by `once`, ready to be run. */
export type OnceRule = OnceNode & Rule<Working>

/** A once-only effect, and under which conditions its composition runs it. */
export interface OnceEntry {
  readonly rule: OnceRule
  /**
   * For each place where the effect stands: the conditions from the root of the composition to that place. The effect may run
   * where all conditions of a place hold.
   */
  readonly places: readonly (readonly Condition<Working>[])[]
}

/** Effects by the name under which a ledger keeps them. */
export type OnceRules = ReadonlyMap<string, OnceEntry>

/**
 * Finds the once-only effects of a composition, by the name under which a ledger keeps them, with the conditions around them.
 *
 * @throws TypeError when two effects have one name: the second would find its effect done, and never run. Also when a `when`
 *   around an effect does not show its condition.
 * @example
 * onceRules(handler.composition).get('send-welcome-email')?.rule
 */
export function onceRules(composition: RuleNode): OnceRules {
  const found = new Map<string, OnceEntry>()
  for (const { rule, conditions } of findPlaces(composition, [])) {
    const known = found.get(rule.effect)
    if (known !== undefined && known.rule !== rule)
      throw new TypeError(`Two effects are kept under the name '${rule.effect}', so the second would never run; give one an id of its own`)
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
    throw new TypeError(`'${node.name}' runs an effect under a condition that it does not show; make it with when()`)
  return places
}

function isOnce(node: RuleNode): node is OnceRule {
  return node.kind === 'once' && 'effect' in node && 'evaluate' in node
}

/** Only working triggers have effects, so the conditions around them take the context of one. */
function isWhen(node: RuleNode): node is RuleNode & { readonly condition: Condition<Working> } {
  return node.kind === 'when' && typeof node.condition === 'function'
}
