import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { hasBuildScript } from '../lib/build.ts'
import { findClosestName } from '../lib/closest-name.ts'
import type { Resource } from '../project/template.ts'

/**
 * Returns a description of a function's missing handler file, with the most similar file. Call it if `findCode` found no file.
 *
 * @param folder The project folder.
 * @returns undefined if the file may exist at deployment: the code's place is unknown, or a build may write the file.
 */
export async function findMissingFile(folder: string, lambda: Resource): Promise<string | undefined> {
  const { Handler } = lambda.properties
  const code = await findCodeFolder(folder, lambda)
  if (typeof Handler !== 'string' || code === undefined) return undefined
  const module = Handler.replace(/\.[^./]*$/, '')
  // The handler of a layer, such as an agent that wraps the function's own handler.
  if (module === Handler || isAbsolute(module) || module.split('/').includes('node_modules')) return undefined
  const beside = dirname(join(code, module))
  const names = await readdir(beside).catch(() => undefined)
  if (names === undefined && (await hasBuildScript(folder))) return undefined
  const closest = findSimilarFile(basename(module), names ?? [])
  const shown = relative(folder, join(code, module))
  return closest === undefined ? `${shown}.js` : `${shown}.js. Did you mean '${join(dirname(shown), closest)}'?`
}

/** Returns the folder that becomes the function's zip; undefined if the template does not show the folder. */
async function findCodeFolder(folder: string, { properties, metadata }: Resource): Promise<string | undefined> {
  const code = isObject(properties.Code) ? properties.Code : {}
  // `sam build` writes the handler file of a function that has a build method.
  const named = metadata['aws:asset:path'] ?? (metadata.BuildMethod === undefined ? code.CodeUri : undefined)
  if (named === undefined) return isMadeByServerless(code) ? folder : undefined
  if (typeof named !== 'string' || /^\w+:\/\//.test(named)) return undefined
  const path = resolve(folder, named)
  return (await stat(path).catch(() => undefined))?.isDirectory() ? path : undefined
}

/**
 * Returns true if the Serverless Framework made the function's zip from the project folder. It names the zip after the service or
 * the function, and uploads it under `serverless/SERVICE/STAGE`. A zip of the user's own (`package.artifact`) has another name.
 */
function isMadeByServerless({ S3Key }: Record<string, unknown>): boolean {
  const [, service = '', name] = (typeof S3Key === 'string' && /^serverless\/([^/]+)\/[^/]+\/[^/]+\/([^/]+)\.zip$/.exec(S3Key)) || []
  return name === service
}

function findSimilarFile(module: string, names: readonly string[]): string | undefined {
  const files = names.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith('.d.ts'))
  const toPlain = (name: string): string =>
    name
      .replace(/\.[cm]?[jt]s$/, '')
      .replaceAll(/[-_.]/g, '')
      .toLowerCase()
  const plain = files.find((name) => toPlain(name) === toPlain(module))
  if (plain !== undefined) return plain
  const closest = findClosestName(toPlain(module), files.map(toPlain))
  return closest === undefined ? undefined : files.find((name) => toPlain(name) === closest)
}
