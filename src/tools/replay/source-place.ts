import { readFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Finds the first place of a stack trace in the user's sources, such as `src/rule.ts:12`. Returns undefined without such a place. */
export type SourcePlace = (stack: string) => Promise<string | undefined>

interface Place {
  readonly file: string
  readonly line: number
}

// Matches a stack frame: `at name (place)` or `at place`. A place is a path or file URL with line and column. Does not match a frame of
// `eval`, which has two places with a comma between them.
const FRAME = /^\s*at (?:.*? \(|async )?(file:\/\/[^,]+|(?:\/|[a-z]:[\\/])[^,]+):(\d+):(\d+)\)?$/i

/**
 * Creates a {@link SourcePlace}. It resolves the frames of a bundle by the source map beside the bundle, and caches the maps.
 *
 * @param folder The folder to which the returned places are relative.
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

// A handler can set any stack text, so a place may be an invalid URL, and a source map may be invalid.
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
  // Skips code that is in no file of the project: generated code has no source, and code of a plugin has a source such as `plugin:name`.
  if (!('originalSource' in entry) || !entry.originalSource || /^[a-z-]{2,}:/.test(entry.originalSource)) return undefined
  return { file: resolve(dirname(file), entry.originalSource), line: entry.originalLine + 1 }
}
