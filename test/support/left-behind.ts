/** The message of the error that `rejectAfter` throws. It must not appear on standard error. */
export const SECRET = 'mary@example.com'

/** Rejects after the given milliseconds, even if the caller has stopped waiting. */
export async function rejectAfter(ms: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  throw new Error(SECRET)
}
