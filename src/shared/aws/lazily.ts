/**
 * Makes something at its first use, and only once. A client is made when the first rule needs it: reading a composition, or
 * a cold start whose event needs no service, costs nothing.
 */
export function lazily<V>(make: () => V): () => V {
  let made: { readonly value: V } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
