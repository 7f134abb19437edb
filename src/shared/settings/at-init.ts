import { TriggerFailed } from '../lambda/errors.ts'

/**
 * Reads settings, or makes a handler of them, in the init phase. What is thrown there Lambda reports like any other error, and
 * Cognito shows it to whoever signs up: what is wrong goes to standard error, for whoever deploys, and a fixed text is thrown.
 *
 * @param read What may throw.
 * @param complain Gets what it threw, as text; standard error unless set.
 * @throws TriggerFailed when it throws.
 * @example
 * export const handler = atInit(() => preSignUp(allowEmailDomains(...domainsIn(process.env))))
 */
export function atInit<V>(read: () => V, complain: (text: string) => void = (text) => void process.stderr.write(text)): V {
  try {
    return read()
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n`)
    throw new TriggerFailed()
  }
}
