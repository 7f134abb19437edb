import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

/** The sources that a bundle was made of, as esbuild's metafile beside it tells; none where there is no such file. */
export async function readSources(bundle: string, folder: string): Promise<readonly string[]> {
  const text = await readFile(join(dirname(bundle), 'meta.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  // A file of that name need not be esbuild's.
  const meta = tryParseJson(text)
  const inputs = isObject(meta) && isObject(meta.inputs) ? Object.keys(meta.inputs) : []
  // Inputs such as `<define:...>` or `disabled:fs` are no files.
  return inputs.filter((input) => !/^<|^[a-z-]+:/.test(input)).map((input) => resolve(folder, input))
}

/**
 * Whether a bundle is older than what it was made of. One that does not say what that is counts as up to date.
 *
 * @param folder Where it was built; esbuild names its inputs relative to that.
 */
export async function isStale(bundle: string, folder: string): Promise<boolean> {
  const builtAt = await readModifiedTime(bundle)
  const times = await Promise.all((await readSources(bundle, folder)).map(readModifiedTime))
  return times.some((time) => time === undefined || builtAt === undefined || time > builtAt)
}

async function readModifiedTime(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.mtimeMs
}
