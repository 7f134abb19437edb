import { isLambda } from './is-lambda.ts'

/** Does once in the init phase what a client would do at its first call, without calling anything. */
export type Warming = () => Promise<unknown>

/**
 * Warms clients up while Lambda loads the function, where their first calls take longest: the SDK is loaded, a call is
 * prepared, and the connection is open when the first event comes. Nothing waits for it, and nothing fails with it. Elsewhere
 * than in Lambda nothing is done.
 *
 * @example
 * warmUp(warmProfiles({ documents, table: 'profiles' }))
 */
export function warmUp(...parts: readonly Warming[]): void {
  if (!isLambda()) return
  for (const part of parts)
    void Promise.resolve()
      .then(part)
      .catch(() => undefined)
}
