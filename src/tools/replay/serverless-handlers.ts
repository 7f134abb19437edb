import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'

const FILES = ['serverless.yml', 'serverless.yaml']

/** The handlers that a Serverless configuration names. */
export interface ServerlessHandlers {
  /** The name of the configuration file. */
  readonly file: string
  /** The handler reference of each trigger, such as `dist/pre-signup/handler.handler`. */
  readonly handlers: ReadonlyMap<TriggerName, string>
}

/**
 * Reads the handlers of user pool triggers from the Serverless configuration of a folder.
 *
 * @returns undefined if the folder has no configuration.
 * @throws UsageError if the configuration is not YAML.
 */
export async function readServerlessHandlers(folder: string): Promise<ServerlessHandlers | undefined> {
  for (const file of FILES) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
    if (text !== undefined) return { file, handlers: listHandlers(parseConfiguration(file, text)) }
  }
  return undefined
}

function parseConfiguration(file: string, text: string): unknown {
  try {
    // Hides warnings about CloudFormation tags such as !Ref, because the names of handlers do not depend on these tags.
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    // The first line of the message has the position of the error. The other lines quote the file, so they are dropped.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new UsageError(`${file}: not YAML: ${what.replace(/:$/, '')}`)
  }
}

function listHandlers(config: unknown): ReadonlyMap<TriggerName, string> {
  const found = new Map<TriggerName, string>()
  for (const declared of listFunctions(config)) {
    const { handler, events } = declared
    if (typeof handler !== 'string' || !Array.isArray(events)) continue
    for (const event of events) {
      const pool: unknown = isObject(event) ? event.cognitoUserPool : undefined
      const trigger = isObject(pool) && typeof pool.trigger === 'string' ? parseTriggerName(pool.trigger) : undefined
      if (trigger !== undefined && !found.has(trigger)) found.set(trigger, handler)
    }
  }
  return found
}

/** Lists the functions. Serverless accepts a map of functions, or a list of such maps. */
function listFunctions(config: unknown): readonly Record<string, unknown>[] {
  const declared = isObject(config) ? config.functions : undefined
  const maps: readonly unknown[] = Array.isArray(declared) ? declared : [declared]
  return maps.flatMap((map) => (isObject(map) ? Object.values(map).filter(isObject) : []))
}
