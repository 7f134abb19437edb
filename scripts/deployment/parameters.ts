import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { isObject } from '../../src/shared/rules/invocation.ts'

interface DeployedParameters {
  readonly findReadParameters: (folder: string, text: string) => Promise<readonly string[] | undefined>
}

// A project of `lifeguard init` has this file too, and osls requires it.
const { findReadParameters }: DeployedParameters = createRequire(import.meta.url)('../../deploy/parameters.cjs')

/** The parameters of a Serverless service, by name. */
export interface Parameters {
  /** The parameters that the configuration reads as `${param:NAME}`. */
  readonly read: ReadonlySet<string>
  /** The parameters that the stages in the configuration set. */
  readonly set: readonly string[]
}

/**
 * Returns the parameters that a service reads. Searches the configuration, the files that it includes by `${file(...)}`, and the files that
 * an included program requires. A program reads a parameter as `param:NAME`.
 *
 * @param folder The folder of the service.
 * @returns undefined if the parameters are unknown, because a file is missing or the name of a file or parameter is computed.
 */
export async function readParameters(folder: string, config: string): Promise<Parameters | undefined> {
  const text = await readFile(resolve(folder, config), 'utf8').catch(() => undefined)
  const read = text === undefined ? undefined : await findReadParameters(folder, text)
  return text === undefined || read === undefined ? undefined : { read: new Set(read), set: listSetParameters(text) }
}

function listSetParameters(text: string): readonly string[] {
  const config: unknown = (() => {
    try {
      return parse(text, { logLevel: 'error' })
    } catch {
      // Ignore a syntax error here, because osls reports it.
      return undefined
    }
  })()
  const stages = isObject(config) && isObject(config.params) ? Object.values(config.params) : []
  return stages.flatMap((stage) => (isObject(stage) ? Object.keys(stage) : []))
}

/** Returns error lines for parameters that are given or set but never read, which are mostly misspelled. */
export function unknownParameterLines(given: readonly string[], { read, set }: Parameters): readonly string[] {
  const unknown = [...new Set([...given, ...set])].filter((name) => !read.has(name))
  if (unknown.length === 0) return []
  return [...unknown.map((name) => `Unknown parameter '${name}'`), `Parameters of this service: ${[...read].toSorted().join(', ')}`]
}
