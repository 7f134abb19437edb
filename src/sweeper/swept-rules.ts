import { findTrigger, isTriggerName, TRIGGER_NAMES, type TRIGGERS, type TriggerName, triggerFacts } from '../shared/cognito/triggers.ts'
import type { EffectItem } from '../shared/ledger/effect-item.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import { isObject } from '../shared/rules/invocation.ts'
import { type OnceEntry, type OnceRules, onceRules } from '../shared/rules/once-rules.ts'
import type { RuleNode } from '../shared/rules/rule.ts'

// The triggers that Cognito waits for and whose only result are effects. A sender's message is claimed with an expiry, and never swept.
type SweptTriggerName = {
  readonly [Name in TriggerName]: (typeof TRIGGERS)[Name] extends { readonly waits: true }
    ? (typeof TRIGGERS)[Name] extends { readonly refuses: true } | { readonly response: unknown }
      ? never
      : Name
    : never
}[TriggerName]

/** The compositions whose effects a sweeper finishes, by the name of the trigger in Cognito's LambdaConfig. */
export type SweptCompositions = { readonly [Name in SweptTriggerName]?: RuleNode }

/** An effect of a composition, with the trigger of the composition. */
export interface SweptRule {
  readonly trigger: TriggerName
  readonly entry: OnceEntry
}

/** The effects that a sweep can run. */
export interface SweptRules {
  /**
   * Finds the rule of an effect. If several triggers have an effect of that name, it is the rule of the trigger that claimed the effect.
   * An effect that a trigger enqueued for another one has the rule of the other trigger.
   */
  readonly find: (item: Pick<EffectItem, 'effect' | 'triggerSource'>) => SweptRule | undefined
  readonly all: readonly SweptRule[]
}

/**
 * Finds the effects of compositions.
 *
 * @throws TypeError if a key is not the name of a trigger whose effects are swept, or if two effects of a composition have the same name.
 */
export function sweptRules(compositions: SweptCompositions): SweptRules {
  const expected = TRIGGER_NAMES.filter(isSwept).join(', ')
  const given: readonly [string, RuleNode | undefined][] = Object.entries(Object(compositions))
  const byTrigger = new Map<TriggerName, OnceRules>()
  for (const [name, composition] of given) {
    if (!isTriggerName(name) || !isSwept(name))
      throw new TypeError(`sweeper(): '${name}' is not a trigger whose effects are swept; expected compositions by name: ${expected}`)
    if (!isObject(composition))
      throw new TypeError(`sweeper(): ${name} is ${describeValue(composition)}; expected the composition of a handler`)
    byTrigger.set(name, onceRules(composition))
  }
  const findEntry = (trigger: TriggerName, effect: string): SweptRule | undefined => {
    const entry = byTrigger.get(trigger)?.get(effect)
    return entry && { trigger, entry }
  }
  return {
    all: [...byTrigger].flatMap(([trigger, rules]) => [...rules.values()].map((entry) => ({ trigger, entry }))),
    find({ effect, triggerSource }) {
      const own = triggerSource === undefined ? undefined : findTrigger(triggerSource)
      for (const trigger of own === undefined ? TRIGGER_NAMES : [own, ...TRIGGER_NAMES]) {
        const found = findEntry(trigger, effect)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

function isSwept(name: TriggerName): boolean {
  const { waits, refuses, response } = triggerFacts(name)
  return waits && refuses === undefined && response === undefined
}
