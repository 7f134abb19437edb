/** Passes on what a generator yields until a signal says that it is enough, even while the next is being waited for. */
export async function* untilAborted<V>(source: AsyncGenerator<V>, signal: AbortSignal): AsyncGenerator<V> {
  while (!signal.aborted) {
    const next = await nextOf(source, signal)
    if (next === undefined || next.done) return
    yield next.value
  }
}

// Racing one long-lived promise of the abortion would keep everything that was ever yielded in memory.
function nextOf<V>(source: AsyncGenerator<V>, signal: AbortSignal): Promise<IteratorResult<V> | undefined> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(undefined)
    signal.addEventListener('abort', aborted, { once: true })
    const settled = (): void => signal.removeEventListener('abort', aborted)
    source.next().then(resolve, reject).finally(settled)
  })
}
