/**
 * Returns a copy of an event for rules to read, frozen with everything inside it. A rule that writes to it throws, and the engine
 * takes that for an error of the rule. The event itself stays as it is: Cognito gets it back, and a caller may go on to edit it.
 *
 * @param value JSON, as an event is: a value that contains itself never ends.
 */
export function frozenCopy<V>(value: V): V {
  return isObject(value) ? copyObject(value) : value
}

function copyObject<V extends object>(value: V): V
function copyObject(value: object): object {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  const copy: Record<string, unknown> = { ...value }
  // An own `__proto__` is a field like any other here, since the spread has made it one.
  for (const key of Object.keys(copy)) if (isObject(copy[key])) copy[key] = copyObject(copy[key])
  return Object.freeze(copy)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
