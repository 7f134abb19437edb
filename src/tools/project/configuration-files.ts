import { dirname, relative, resolve } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { readLimited } from './parse-yaml.ts'
import { type Path, type Read, readYaml } from './yaml-values.ts'

/** A file and line of a project. */
export interface Place {
  /** The path of the file, relative to the working folder. */
  readonly file: string
  /** The line number, from 1; undefined if the file has no such line. */
  readonly line: number | undefined
}

const ANY_FILE = /\$\{file\(([^()]+)\)/g
// Matches a value that is only a reference to a file, or to one property in a file.
const WHOLE_FILE = /^\$\{file\(([^)]+)\)(?::([\w.-]+))?\}$/
// These limits end the search if files include each other in a circle.
const MOST_FILES = 100
const DEEPEST = 8

/** Returns the files that a configuration includes by `${file(...)}`. Paths are relative to `folder`, also in included files. */
export function listReferencedFiles(text: string, folder: string): readonly string[] {
  return [...text.matchAll(ANY_FILE)].map(([, name = '']) => resolve(folder, name.trim()))
}

/**
 * Returns the file and line of a configuration value, which may be in an included file.
 *
 * @param steps The path of the value.
 * @param needed The number of steps that must exist; all by default. If a step after these is missing, returns the place of the last
 * step that exists.
 */
export type PlaceOf = (steps: Path, needed?: number) => Place | undefined

interface File extends Read {
  /** The path for messages, relative to the working folder. */
  readonly shown: string
}

interface Spot {
  readonly file: File
  readonly path: Path
  readonly value: unknown
}

/**
 * Reads a configuration of the Serverless Framework with the YAML and JSON files that it includes.
 *
 * @param configuration The path of the configuration.
 * @param working The working folder. Messages show paths relative to this folder.
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

  /** Steps into a map, or into each map of a list, because `resources` and `functions` may be lists. */
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
  // The loop body adds the included files to `paths`, and the loop visits them too.
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

/** Returns undefined for a file that is not YAML or JSON, such as an included program. */
function tryReadYaml(shown: string, text: string): Read | undefined {
  try {
    return readYaml(shown, text)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}
