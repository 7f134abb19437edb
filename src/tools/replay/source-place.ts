import { readFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Tells where in somebody's own sources an error was thrown, as `src/rule.ts:12`; undefined where its stack does not say. */
export type SourcePlace = (stack: string) => Promise<string | undefined>

interface Place {
  readonly file: string
  readonly line: number
}

// `at name (place)` or `at place`, where a place is a file or the URL of one, with line and column. What is evaluated has two, behind a comma.
const FRAME = /^\s*at (?:.*? \(|async )?(file:\/\/[^,]+|(?:\/|[a-z]:[\\/])[^,]+):(\d+):(\d+)\)?$/i

/**
 * Makes it. Frames of a bundle are followed to the sources by the source map that lies beside it; each map is read once.
 *
 * @param folder What places are told relative to.
 */
export function createSourcePlaceFinder(folder: string): SourcePlace {
  const maps = new Map<string, Promise<SourceMap | undefined>>()
  const loadMap = (file: string): Promise<SourceMap | undefined> => {
    const map = maps.get(file) ?? readMap(`${file}.map`)
    maps.set(file, map)
    return map
  }
  return async (stack) => {
    for (const frame of stack.split('\n')) {
      const [, path, line, column] = FRAME.exec(frame) ?? []
      const file = path === undefined ? undefined : toFilePath(path)
      if (file === undefined) continue
      const map = await loadMap(file)
      const place = map === undefined ? { file, line: Number(line) } : findSource(map, file, Number(line), Number(column))
      if (place !== undefined && !place.file.includes(`${sep}node_modules${sep}`)) return `${relative(folder, place.file)}:${place.line}`
    }
    return undefined
  }
}

// A stack is a text that a handler may write as it likes, so a place in it may be of no file, and a map no map.
function toFilePath(path: string): string | undefined {
  try {
    return path.startsWith('file:') ? fileURLToPath(path) : path
  } catch {
    return undefined
  }
}

async function readMap(file: string): Promise<SourceMap | undefined> {
  try {
    return new SourceMap(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}

function findSource(map: SourceMap, file: string, line: number, column: number): Place | undefined {
  const entry = map.findEntry(line - 1, column - 1)
  // What no source stands behind has an entry without any, and what a plugin made has a name of its own.
  if (!('originalSource' in entry) || !entry.originalSource || /^[a-z-]{2,}:/.test(entry.originalSource)) return undefined
  return { file: resolve(dirname(file), entry.originalSource), line: entry.originalLine + 1 }
}
