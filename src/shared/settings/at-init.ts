import { TriggerFailed } from '../lambda/errors.ts'

/**
 * Reads settings in the init phase. What is thrown there Lambda reports like any other error, and Cognito shows it to whoever
 * signs up: what is wrong with the settings goes to standard error, for whoever deploys, and a fixed text is thrown.
 *
 * @throws TriggerFailed when the settings cannot be read.
 * @example
 * const settings = atInit(() => compiledSettings(process.env))
 */
export function atInit<V>(read: () => V, complain: (text: string) => void = (text) => void process.stderr.write(text)): V {
  try {
    return read()
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n`)
    throw new TriggerFailed()
  }
}
