// The classes of errors that JavaScript, Node and assertions throw. Compared by name, because realms and packages have their own classes.
const CRASHES: ReadonlySet<unknown> = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AssertionError',
  'DOMException',
])
// The properties of errors of the system, the network, Node and AWS.
const FOREIGN = ['code', 'errno', 'syscall', '$metadata'] as const
// The code of Lifeguard's own denial. Compared by code, because every bundle has its own copy of the class.
const DENIED = 'trigger-denied'
// The maximum number of causes that are read.
const MAX_CAUSES = 5

/**
 * Returns true if a function that does not use Lifeguard may have thrown the value to refuse the user. Such a function can refuse only by
 * an error of its own. An error of JavaScript, Node, the system, the network or AWS is a failure. So is an error with such a cause, or a
 * value that is not an error.
 */
export function isRefusal(thrown: unknown): boolean {
  try {
    return isError(thrown) && ![thrown, ...listCauses(thrown)].some(isCrash)
  } catch {
    // A getter of the value threw.
    return false
  }
}

/** Returns the causes of an error and their causes, without duplicates. The errors of an AggregateError count as causes. */
export function listCauses(error: Error): readonly unknown[] {
  const found: unknown[] = [error]
  for (const each of found) {
    if (!isError(each)) continue
    const inner: readonly unknown[] = each instanceof AggregateError ? [each.cause, ...each.errors] : [each.cause]
    for (const cause of inner) {
      if (cause !== undefined && cause !== null && !found.includes(cause) && found.length <= MAX_CAUSES) found.push(cause)
    }
  }
  return found.slice(1)
}

/** Returns true for an error of any realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

function isCrash(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'code') === DENIED) return false
  if (value instanceof AggregateError && value.errors.length === 0) return true
  if (FOREIGN.some((name) => Reflect.get(value, name) !== undefined)) return true
  if (CRASHES.has(Reflect.get(value, 'name'))) return true
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (CRASHES.has(Reflect.get(at, 'constructor')?.name)) return true
  }
  return false
}
