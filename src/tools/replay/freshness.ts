import { existsSync } from 'node:fs'
import { glob, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

// Folders that build tools write to.
const BUILT = /^(?:dist|build|out|lib|\.aws-sam|\.build|\.esbuild|\.webpack)$/
const SOURCE_FILES = '**/*.{ts,mts,cts,js,mjs,cjs}'

/**
 * Returns the sources of a bundle, from esbuild's metafile or from the source map beside it. Returns an empty list if both are
 * missing.
 *
 * @param folder The folder in which the bundle was built. Paths in the metafile are relative to it.
 */
export async function readSources(bundle: string, folder: string): Promise<readonly string[]> {
  const named = await readMetafile(bundle, folder)
  return named.length > 0 ? named : readSourceMap(bundle)
}

async function readMetafile(bundle: string, folder: string): Promise<readonly string[]> {
  const text = await readFile(join(dirname(bundle), 'meta.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  // Another tool may have written the meta.json, so its format may differ from esbuild's.
  const meta = tryParseJson(text)
  const inputs = isObject(meta) && isObject(meta.inputs) ? Object.keys(meta.inputs) : []
  // Skips inputs that are not files, such as `<define:...>` and `disabled:fs`.
  return inputs.filter((input) => !/^<|^[a-z-]+:/.test(input)).map((input) => resolve(folder, input))
}

async function readSourceMap(bundle: string): Promise<readonly string[]> {
  const map = await readFile(`${bundle}.map`, 'utf8').then(tryParseJson, () => undefined)
  const sources: readonly unknown[] = isObject(map) && Array.isArray(map.sources) ? map.sources : []
  const root = isObject(map) && typeof map.sourceRoot === 'string' ? map.sourceRoot : ''
  const named = sources.filter((each) => typeof each === 'string' && !/^<|^[a-z-]{2,}:/.test(each))
  // A source map may name sources that only the machine of its author has.
  return named.map((each) => resolve(dirname(bundle), root, String(each))).filter(existsSync)
}

/**
 * Returns the source that is newer than a bundle, or undefined. If the sources of a file in a folder of builds are unknown, compares
 * it with all sources of the project.
 *
 * @param folder The folder in which the bundle was built.
 */
export async function findNewerSource(bundle: string, folder: string): Promise<string | undefined> {
  const builtAt = await readModifiedTime(bundle)
  const known = await readSources(bundle, folder)
  const sources = known.length > 0 ? known : await listProjectSources(bundle, folder)
  for (const source of sources) {
    const time = await readModifiedTime(source)
    if (time === undefined ? known.length > 0 : builtAt === undefined || time > builtAt) return source
  }
  return undefined
}

/** Lists the sources outside the folders that build tools write to. Empty if the file itself is not in such a folder. */
async function listProjectSources(bundle: string, folder: string): Promise<readonly string[]> {
  const way = relative(folder, bundle).split(sep)
  if (way[0] === '..' || !way.some((part) => BUILT.test(part))) return []
  const found: string[] = []
  const exclude = (path: string): boolean => /^(?:node_modules|\..+)$/.test(basename(path)) || BUILT.test(basename(path))
  for await (const path of glob(SOURCE_FILES, { cwd: folder, exclude })) found.push(join(folder, path))
  return found
}

async function readModifiedTime(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.mtimeMs
}
