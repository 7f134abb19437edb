import { TriggerFailedError } from '../lambda/errors.ts'
import { isThenable } from '../rules/invocation.ts'

/**
 * Calls a function in the init phase, such as one that reads settings, and replaces its error by one with a fixed message. Otherwise
 * Cognito would show the error's message to end users. The message is written to standard error, for the operator. If the function returns
 * a promise, await it before you export the handler, because Lambda cannot call a promise.
 *
 * @param read The function to call. It may throw or return a promise that rejects.
 * @param complain Receives the error's message. The default writes it to standard error.
 * @throws TriggerFailedError if `read` throws. A promise rejects with it.
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
