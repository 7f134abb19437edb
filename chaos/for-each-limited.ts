/** Calls `work` for each value, with at most `atATime` calls running at once. */
export async function forEachLimited<V>(values: readonly V[], atATime: number, work: (value: V) => Promise<void>): Promise<void> {
  const rest = values.values()
  const worker = async (): Promise<void> => {
    for (const value of rest) await work(value)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}
