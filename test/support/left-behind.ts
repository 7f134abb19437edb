/** Stands in every error of these programs: it must not reach standard error. */
export const SECRET = 'mary@example.com'

/** Rejects after that many milliseconds, whatever its caller has given up by then. */
export async function rejectAfter(ms: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  throw new Error(SECRET)
}
