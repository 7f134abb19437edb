import type { AttributeMap } from '../shared/cognito/event.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { CognitoResponse } from '../shared/rules/trigger.ts'
import { type AttributeChanges, applyChanges, changingFault } from './changes.ts'
import { readProfile } from './profile.ts'
import type { InboundFederationEvent } from './trigger.ts'

/**
 * Builds Cognito's response: all attributes with the changes, because Cognito drops attributes that the map lacks. If nothing changes,
 * the map stays as it is in the event, which is `{}`.
 *
 * @throws TypeError if the answer is malformed, or changes the attribute that identifies the user.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-inbound-federation.html
 */
export function encodeChanges(changes: AttributeChanges | undefined, event: InboundFederationEvent): CognitoResponse {
  if (changes !== undefined) {
    assertChanges(changes)
    const before = readProfile(event)
    const after = applyChanges(before, changes)
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    if ([...names].some((name) => !isSame(before, after, name))) return { userAttributesToMap: after }
  }
  return { userAttributesToMap: event.response?.userAttributesToMap ?? {} }
}

function isSame(before: AttributeMap, after: AttributeMap, name: string): boolean {
  return Object.hasOwn(before, name) && Object.hasOwn(after, name) && before[name] === after[name]
}

function assertChanges(changes: AttributeChanges): void {
  const unknown = Object.keys(changes).find((field) => field !== 'set' && field !== 'drop')
  if (unknown !== undefined) throw new TypeError(`Unknown field '${unknown}' of the changes; expected set, drop`)
  const { set = {}, drop = [] } = changes
  if (!isObject(set)) throw new TypeError(`set is ${describeValue(set)}; expected an object of strings`)
  if (!Array.isArray(drop)) throw new TypeError(`drop is ${describeValue(drop)}; expected a list of names`)
  const fault = [...Object.keys(set), ...drop].map(changingFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new TypeError(fault)
  // The message does not quote the name, because a rule may have taken it from the event.
  const values: readonly unknown[] = Object.values(set)
  const wrong = values.findIndex((value) => typeof value !== 'string')
  if (wrong !== -1) throw new TypeError(`An attribute is set to ${describeValue(values[wrong])}; expected a string`)
}
