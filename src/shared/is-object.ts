/** Whether a value is an object with keys, as zod's objects have it, which neither null nor an array is. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
