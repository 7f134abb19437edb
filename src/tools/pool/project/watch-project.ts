import { readdirSync, statSync, watch } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'

// The time without a change in milliseconds, because an editor may write a file in several steps.
const SETTLE_MS = 150
// Folders of packages, builds, tests and events. Their files are written by tools, or do not change what a function does.
const LEFT_OUT = /^(?:node_modules|dist|build|out|coverage|events|test|tests|docs|\..*)$/
const WATCHED = /(?:\.(?:[cm]?[jt]s|ya?ml|json|html|txt|domains)|\.env)$/

/** Options of {@link watchProject}. */
export interface WatchOptions {
  readonly folder: string
  /** The known sources of the functions, which may be in a folder that is left out. */
  readonly sources: readonly string[]
  /** Files that do not belong to the project, such as a state file in its folder. */
  readonly ignored: readonly string[]
  /** Called at the first sign of a change, before the editor has written all files. */
  readonly onChange: () => void
  readonly signal: AbortSignal
}

/**
 * Waits until a source, a configuration or a settings file of a project changes. Watches the whole project, because the sources of a
 * function that does not build are unknown.
 */
export async function watchProject({ folder, sources, ignored, onChange, signal }: WatchOptions): Promise<void> {
  if (signal.aborted) return
  const stop = new AbortController()
  const skipped = new Set(ignored.map((file) => resolve(folder, file)))
  const own = new Set(sources.filter((source) => !source.includes(`${sep}node_modules${sep}`)))
  await new Promise<void>((done) => {
    let settling: NodeJS.Timeout | undefined
    const changed = (file: string): void => {
      // Writing a file of state also changes a temporary file beside it.
      if (skipped.has(file) || skipped.has(file.replace(/\.tmp$/, ''))) return
      if (settling === undefined) onChange()
      clearTimeout(settling)
      settling = setTimeout(done, SETTLE_MS)
    }
    signal.addEventListener('abort', () => done(), { once: true, signal: stop.signal })
    const follow = (path: string, recursive: boolean, isOurs: (file: string) => boolean): void => {
      watch(path, { recursive, signal: stop.signal }, (_, name) => {
        const file = name === null ? path : join(path, name)
        if (isOurs(file)) changed(file)
      })
    }
    follow(folder, false, (file) => WATCHED.test(file))
    for (const path of listFolders(folder)) follow(path, true, (file) => WATCHED.test(file) && !file.includes(`${sep}node_modules${sep}`))
    for (const path of new Set([...own].map(dirname))) follow(path, false, (file) => own.has(file))
  })
  stop.abort()
}

/** Returns the folders of a project that hold its own files. */
function listFolders(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !LEFT_OUT.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
}
