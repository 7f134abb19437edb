import { dirname, relative, resolve } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import type { Place } from './finding.ts'
import { readLimited } from './parse-yaml.ts'
import { type Path, type Read, readYaml } from './yaml-values.ts'

const ANY_FILE = /\$\{file\(([^()]+)\)/g
// A value that is a file and nothing else, or one thing in it.
const WHOLE_FILE = /^\$\{file\(([^)]+)\)(?::([\w.-]+))?\}$/
// Files may name each other without an end.
const MOST_FILES = 100
const DEEPEST = 8

/** The files that a text names by `${file(...)}`: relative to the configuration, in whatever file they are named. */
export function listReferencedFiles(text: string, folder: string): readonly string[] {
  return [...text.matchAll(ANY_FILE)].map(([, name = '']) => resolve(folder, name.trim()))
}

/**
 * Where a value of a configuration stands, be it in another file.
 *
 * @param steps Its path, of which `needed` steps have to be there; all of them unless given.
 */
export type PlaceOf = (steps: Path, needed?: number) => Place | undefined

interface File extends Read {
  /** For people. */
  readonly shown: string
}

interface Spot {
  readonly file: File
  readonly path: Path
  readonly value: unknown
}

/**
 * Opens a configuration of the Serverless Framework with the files that it names, as far as they are YAML or JSON.
 *
 * @param configuration Its path.
 * @param working The folder that names of files are shown relative to.
 */
export async function openConfiguration(configuration: string, working: string): Promise<PlaceOf> {
  const folder = dirname(configuration)
  const files = await readAll(configuration, working)

  const followReference = (spot: Spot, depth: number): readonly Spot[] => {
    const [, name, inside] = (typeof spot.value === 'string' && WHOLE_FILE.exec(spot.value.trim())) || []
    const file = name === undefined ? undefined : files.get(resolve(folder, name.trim()))
    if (file === undefined) return [spot]
    if (depth > DEEPEST) return []
    const steps = inside?.split('.') ?? []
    const top = followReference({ file, path: [], value: file.value }, depth + 1)
    return steps.reduce((spots, step) => spots.flatMap((each) => stepInto(each, step, depth + 1)), top)
  }

  /** In a map, or in all of a list of maps, as `resources` and `functions` may be. */
  const stepInto = (spot: Spot, step: string | number, depth: number): readonly Spot[] => {
    const { file, path, value } = spot
    if (Array.isArray(value) && typeof step === 'string') {
      const items = value.flatMap((each: unknown, index) => followReference({ file, path: [...path, index], value: each }, depth))
      return depth > DEEPEST ? [] : items.flatMap((item) => stepInto(item, step, depth + 1))
    }
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
    return followReference({ file, path: [...path, step], value: Reflect.get(value, step) }, depth)
  }

  return (steps, needed = steps.length) => {
    const file = files.get(configuration)
    let spots: readonly Spot[] = file === undefined ? [] : [{ file, path: [], value: file.value }]
    for (const [index, step] of steps.entries()) {
      const next = spots.flatMap((spot) => stepInto(spot, step, 0))
      if (next.length === 0 && index >= needed) break
      spots = next
    }
    const [spot] = spots
    return spot && { file: spot.file.shown, line: spot.path.length === 0 ? 1 : spot.file.line(spot.path) }
  }
}

async function readAll(configuration: string, working: string): Promise<ReadonlyMap<string, File>> {
  const files = new Map<string, File>()
  const paths = new Set([configuration])
  // What is added to a set as it is walked is walked as well.
  for (const path of paths) {
    if (paths.size > MOST_FILES) break
    const shown = relative(working, path) || path
    const text = await readLimited(path, shown).catch(() => '')
    const read = tryReadYaml(shown, text)
    if (read === undefined) continue
    files.set(path, { ...read, shown })
    for (const named of listReferencedFiles(text, dirname(configuration))) paths.add(named)
  }
  return files
}

/** It may name programs as well, and files that are not there unless something else is. */
function tryReadYaml(shown: string, text: string): Read | undefined {
  try {
    return readYaml(shown, text)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}
