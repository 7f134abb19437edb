import { existsSync, statSync, watch } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Handler } from './handlers.ts'
import { SETTINGS_FILE } from './settings-file.ts'

// The time without a change in milliseconds, because an editor may write a file in several steps.
const SETTLE_MS = 150
// In a folder of events, an editor also writes backups and swap files.
const WATCHED = /\.(?:json|ndjson|jsonl)$/

/** Lists the files to watch. Leaves out a built file with known sources, because replay itself rebuilds that file. */
export function listSources(handlers: readonly Handler[]): readonly string[] {
  return handlers.flatMap(({ file, sources }) => (sources.length > 1 ? sources.filter((source) => source !== file) : sources))
}

/**
 * Waits until an event, a source of the handlers, the Serverless configuration or the settings file changes.
 *
 * @param sources The sources of the handlers. If they are unknown, the folder `src` is watched.
 * @param since The start of the last replay, in milliseconds since 1970. A file that was saved after this time counts as changed.
 */
export async function waitForChange(
  folder: string,
  paths: readonly string[],
  sources: readonly string[],
  since: number,
  signal: AbortSignal,
): Promise<void> {
  const own = sources.filter((source) => !source.includes(`${sep}node_modules${sep}`))
  const src = join(folder, 'src')
  const deep = [...paths.map((path) => resolve(folder, path)), ...(own.length === 0 && existsSync(src) ? [src] : [])]
  const files = new Set([...own, join(folder, 'serverless.yml'), join(folder, SETTINGS_FILE)])
  const folders = new Set([...files].map(dirname))
  if (signal.aborted) return

  const stop = new AbortController()
  await new Promise<void>((done) => {
    let settling: NodeJS.Timeout | undefined
    const changed = (): void => {
      clearTimeout(settling)
      settling = setTimeout(done, SETTLE_MS)
    }
    signal.addEventListener('abort', () => done(), { once: true, signal: stop.signal })
    for (const path of deep) {
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
      watch(path, { recursive: true, signal: stop.signal }, (_, name) => {
        if (!isFolder || path === src || name === null || WATCHED.test(name)) changed()
      })
    }
    for (const each of folders) {
      watch(each, { signal: stop.signal }, (_, name) => {
        if (name === null || files.has(join(each, name))) changed()
      })
    }
    if ([...files].some((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > since)) changed()
  })
  stop.abort()
}
