import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { toSymbolic } from './symbolic.ts'
import type { Resource } from './template.ts'

/** Where a handler is. */
export interface Found {
  /** As an absolute path, without symbolic links. */
  readonly file: string
  readonly exported: string
}

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** The code that stands in the template itself. */
export function readInlineCode({ properties }: Resource): string | undefined {
  const code = properties.Code
  return isObject(code) && typeof code.ZipFile === 'string' ? code.ZipFile : undefined
}

/** Whether a function runs on Node. */
export function isNode({ properties }: Resource): boolean {
  return toSymbolic(properties.Runtime)?.startsWith('nodejs') ?? false
}

/**
 * Looks for a function's handler among the files of its project: in the folder that SAM's CodeUri or the CDK's metadata names,
 * else beside the template, as the Serverless Framework has it.
 *
 * @param folder The project's folder, or that of the template.
 * @returns 'outside' for a file outside of that folder: a template must not choose any file of this machine.
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

/** The folder that the paths in a template are relative to: packaged templates lie in a folder of their own. */
export function findProjectFolder(template: string): string {
  const folder = dirname(resolve(template))
  return /[\\/]\.serverless$/.test(folder) ? dirname(folder) : folder
}
