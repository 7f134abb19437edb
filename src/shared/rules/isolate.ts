/**
 * Freezes a value and everything inside it, in place, and returns it. A rule that then writes to the event or the user throws,
 * and the engine takes that for an error of the rule.
 *
 * @param value JSON, as an event is: a value that contains itself never ends.
 */
export function freezeDeep<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value
  Object.freeze(value)
  for (const key of Object.keys(value)) freezeDeep(Reflect.get(value, key))
  return value
}
