/**
 * Returns a function that makes something at its first call, and returns it at every call. So a cold start does not pay for a
 * client, or for a regular expression with classes of Unicode, that its event does not need.
 */
export function lazily<V>(make: () => V): () => V {
  let made: { readonly value: V } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
