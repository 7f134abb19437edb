/**
 * A value, or the promise of one. Most rules answer at once, and a promise for each of them, with the turn that it takes, would
 * cost more than the rules do.
 */
export type Soon<V> = V | Promise<V>

/** Whether a value has to be waited for. */
export function isThenable<V>(value: Soon<V>): value is Promise<V> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Goes on with a value: at once where it is there, later where it is not. */
export function andThen<V, W>(value: Soon<V>, next: (value: V) => Soon<W>): Soon<W> {
  return isThenable(value) ? value.then(next) : next(value)
}
