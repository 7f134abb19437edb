import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'

/**
 * Parses a trigger's name in any spelling: `preSignUp`, `PreSignUp`, `pre-sign-up`, or its folder `pre-signup`. Returns undefined
 * for an unknown name, and for a folder that several triggers share.
 */
export function parseTriggerName(word: string): TriggerName | undefined {
  const [name = TRIGGER_NAMES.find((each) => plain(each) === plain(word)), another] = triggersInFolder(word)
  return another === undefined ? name : undefined
}

/** Returns the triggers that belong to a folder of handlers or sample events, such as `pre-auth`. */
export function triggersInFolder(folder: string): readonly TriggerName[] {
  return TRIGGER_NAMES.filter((name) => plain(triggerFacts(name).folder) === plain(folder))
}

function plain(word: string): string {
  return word.replaceAll(/[-_]/g, '').toLowerCase()
}
