/** Runs a task for each item, a few at a time, and returns the results in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], atOnce: number, task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const entries = items.entries()
  const run = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await task(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  return results
}
