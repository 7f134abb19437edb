import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'

/**
 * Reads a trigger's name as people write it: `preSignUp`, `PreSignUp`, `pre-sign-up` and its folder `pre-signup`. A folder of several
 * triggers names none.
 */
export function parseTriggerName(word: string): TriggerName | undefined {
  const [name = TRIGGER_NAMES.find((each) => plain(each) === plain(word)), another] = triggersInFolder(word)
  return another === undefined ? name : undefined
}

/** Returns the triggers whose rules and events are in the folder of this name. */
export function triggersInFolder(folder: string): readonly TriggerName[] {
  return TRIGGER_NAMES.filter((name) => plain(triggerFacts(name).folder) === plain(folder))
}

function plain(word: string): string {
  return word.replaceAll(/[-_]/g, '').toLowerCase()
}
