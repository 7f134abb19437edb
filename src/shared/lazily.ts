/**
 * Returns a function that calls `make` on its first call, and returns the same result on every call. So a cold start creates no client,
 * and no regular expression with Unicode classes, unless the event needs it.
 */
export function lazily<V>(make: () => V): () => V {
  let made: { readonly value: V } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
