/**
 * Returns a function that calls `make` once, at the first call, and returns that result at every call. So a cold start does not
 * create a client, or a regular expression with Unicode classes, that the event does not need.
 */
export function lazily<V>(make: () => V): () => V {
  let made: { readonly value: V } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
