import { TriggerFailedError } from '../lambda/errors.ts'
import { isThenable } from '../rules/invocation.ts'

/**
 * Reads settings, or makes a handler of them, in the init phase. What is thrown there Lambda reports like any other error, and
 * Cognito shows it to whoever signs up: what is wrong goes to standard error, for whoever deploys, and a fixed text is thrown.
 * Of a promise the same holds: it is to be awaited where it is exported, since Lambda calls no promise.
 *
 * @param read What may throw, or may reject.
 * @param complain Gets what it threw, as text; standard error unless set.
 * @throws TriggerFailedError when it throws. A promise rejects with it.
 * @example
 * export const handler = maskInitErrors(() => preSignUp(allowEmailDomains(...domainsIn(process.env))))
 * @example
 * export const handler = await maskInitErrors(async () => preSignUp(allowEmailDomains(...(await domainsFromStore()))))
 */
export function maskInitErrors<V>(read: () => V, complain?: (text: string) => void): V
export function maskInitErrors(read: () => unknown, complain = (text: string): void => void process.stderr.write(text)): unknown {
  const fail = (error: unknown): never => {
    complain(`${error instanceof Error ? error.message : String(error)}\n`)
    throw new TriggerFailedError()
  }
  try {
    const value = read()
    return isThenable(value) ? value.then(undefined, fail) : value
  } catch (error) {
    return fail(error)
  }
}
