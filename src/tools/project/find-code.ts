import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { isKnown, toSymbolic } from './symbolic.ts'
import type { Resource } from './template.ts'

/** A handler's file and export. */
export interface Found {
  /** The absolute path. */
  readonly file: string
  readonly exported: string
}

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** Returns the code that is inline in the template. */
export function readInlineCode({ properties }: Resource): string | undefined {
  const code = properties.Code
  return isObject(code) && typeof code.ZipFile === 'string' ? code.ZipFile : undefined
}

/** Returns true if a function runs on Node.js; false if its runtime is known only at deployment. */
export function isNode({ properties }: Resource): boolean {
  return toSymbolic(properties.Runtime)?.startsWith('nodejs') ?? false
}

/** The handler of a function, and the folder that Lambda gets. */
export interface CodePlace {
  /** The handler's reference, such as `src/pre-sign-up.handler`, relative to the project's folder. Undefined if unknown. */
  readonly handler: string | undefined
  /** The folder that Lambda gets, relative to the project's folder. Undefined if the configuration does not name it. */
  readonly codeFolder: string | undefined
}

/**
 * Reads the handler and the folder of its code. SAM's CodeUri or the CDK's asset metadata names the folder. Otherwise the path is
 * relative to the project folder, as in the Serverless Framework.
 */
export function readCodePlace({ properties, metadata }: Resource): CodePlace {
  const { Handler, Code } = properties
  const asset = metadata['aws:asset:path']
  const named = typeof asset === 'string' ? asset : isObject(Code) ? Code.CodeUri : undefined
  const unknown = { handler: undefined, codeFolder: undefined }
  if (typeof Handler !== 'string' || !isKnown(Handler)) return unknown
  if (named === undefined) return { handler: Handler, codeFolder: undefined }
  return typeof named === 'string' ? { handler: join(named, Handler), codeFolder: named } : unknown
}

/**
 * Finds the file of a handler's reference, `path/to/file.export` without the file's extension.
 *
 * @returns undefined if no such file exists.
 */
export async function findHandlerFile(folder: string, reference: string): Promise<Found | undefined> {
  const dot = reference.lastIndexOf('.')
  // The dot of a folder, such as `asset.1/handler`, is not the one before the export.
  if (basename(reference).lastIndexOf('.') < 1) return undefined
  for (const extension of EXTENSIONS) {
    const file = resolve(folder, `${reference.slice(0, dot)}${extension}`)
    if (await isFile(file)) return { file, exported: reference.slice(dot + 1) }
  }
  return undefined
}

/** Returns true if a path leads to a file. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ?? false
}

/**
 * Finds the handler file of a function.
 *
 * @param folder The folder of the project or of the template.
 * @returns 'outside' for a file outside `folder`, because a template must not make doctor run arbitrary files.
 */
export async function findCode(folder: string, lambda: Resource): Promise<Found | 'outside' | undefined> {
  const { handler } = readCodePlace(lambda)
  const found = handler === undefined ? undefined : await findHandlerFile(folder, handler)
  if (found === undefined) return undefined
  const file = await realpath(found.file)
  return isInside(file, await realpath(folder)) ? { file, exported: found.exported } : 'outside'
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file)
  return !isAbsolute(way) && way.split(sep)[0] !== '..'
}

/** Returns the folder that handler paths are relative to: the folder of the template, or the parent of `.serverless`. */
export function findProjectFolder(template: string): string {
  const folder = dirname(resolve(template))
  return /[\\/]\.serverless$/.test(folder) ? dirname(folder) : folder
}
