import { TriggerFailed } from '../lambda/errors.ts'
import type { Environment } from './read-settings.ts'

/**
 * Reads settings that the compiled reader refused, in the init phase, to say what is wrong with them. What is thrown there
 * Lambda reports like any other error, and Cognito shows it to whoever signs up: what is wrong goes to standard error, for
 * whoever deploys, and a fixed text is thrown.
 *
 * @param load Loads the reader that has words for it. Only then: with it comes zod, for which no user should wait.
 * @throws TriggerFailed when the settings cannot be read, or what reads them cannot be loaded.
 * @example
 * const settings = compiledSettings(process.env) ?? (await atInit(async () => (await import('./settings.ts')).readMySettings, process.env))
 */
export async function atInit<V>(
  load: () => Promise<(environment: Environment) => V>,
  environment: Environment,
  complain: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<V> {
  const fail = (text: string): never => {
    complain(`${text}\n`)
    throw new TriggerFailed()
  }
  const read = await load().catch((error) =>
    fail(`The settings in the environment are not valid; what is wrong with them cannot be told, since this is missing: ${textOf(error)}`),
  )
  try {
    return read(environment)
  } catch (error) {
    return fail(textOf(error))
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
