import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

/** Returns the sources of a bundle, from esbuild's metafile beside it. Returns an empty list if the metafile is missing. */
export async function readSources(bundle: string, folder: string): Promise<readonly string[]> {
  const text = await readFile(join(dirname(bundle), 'meta.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  // Another tool may have written the meta.json, so its format may differ from esbuild's.
  const meta = tryParseJson(text)
  const inputs = isObject(meta) && isObject(meta.inputs) ? Object.keys(meta.inputs) : []
  // Skips inputs that are not files, such as `<define:...>` and `disabled:fs`.
  return inputs.filter((input) => !/^<|^[a-z-]+:/.test(input)).map((input) => resolve(folder, input))
}

/**
 * Returns true if a bundle is older than one of its sources. A bundle without a metafile counts as up to date.
 *
 * @param folder The folder in which the bundle was built. Paths in the metafile are relative to it.
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
