import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { toSymbolic } from './symbolic.ts'
import type { Resource } from './template.ts'

/** A handler's file and export. */
export interface Found {
  /** The absolute path, with symbolic links resolved. */
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

/**
 * Finds the handler file of a function. SAM's CodeUri or the CDK's asset metadata names the file's folder. Otherwise the path is
 * relative to the project folder, as in the Serverless Framework.
 *
 * @param folder The folder of the project or of the template.
 * @returns 'outside' for a file outside `folder`, because a template must not make doctor run arbitrary files.
 */
export async function findCode(folder: string, { properties, metadata }: Resource): Promise<Found | 'outside' | undefined> {
  const { Handler, Code } = properties
  const asset = metadata['aws:asset:path']
  const uri = isObject(Code) ? Code.CodeUri : undefined
  const named = typeof asset === 'string' ? asset : uri
  if (typeof Handler !== 'string' || (named !== undefined && typeof named !== 'string')) return undefined
  const dot = Handler.lastIndexOf('.')
  if (dot < 1) return undefined
  for (const extension of EXTENSIONS) {
    const path = resolve(folder, named ?? '.', `${Handler.slice(0, dot)}${extension}`)
    const file = await realpath(path).catch(() => undefined)
    if (file === undefined || !(await stat(file)).isFile()) continue
    return isInside(file, await realpath(folder)) ? { file, exported: Handler.slice(dot + 1) } : 'outside'
  }
  return undefined
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
