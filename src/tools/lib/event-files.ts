import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { UsageError } from './errors.ts'
import { parseTriggerName, triggersInFolder } from './find-trigger.ts'

/** What stands for standard input among paths. */
export const STDIN = '-'

/** The file beside a folder's events, or in its parent, that says who is blocked. */
export const SEED_FILE = 'seed.json'

/** Whether a file holds one event a line. */
export function isNdjson(file: string): boolean {
  return ['.ndjson', '.jsonl'].includes(extname(file))
}

/** Whether a file in a folder is taken for an event. */
export function isEventFile(name: string): boolean {
  return isNdjson(name) || (name.endsWith('.json') && !name.endsWith('.expect.json') && name !== SEED_FILE)
}

/**
 * Refuses paths that are not there before anything runs.
 *
 * @throws UsageError that names the first one.
 */
export async function assertPaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (path === STDIN) continue
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) throw new UsageError(`${path}: no such file or folder`)
  }
}

/** The event files below the paths: folders in the order of a user's life, then by name. A file that is named is always taken. */
export async function* findEventFiles(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    if (path !== STDIN && (await stat(path)).isDirectory()) yield* walkFiles(path)
    else yield path
  }
}

async function* walkFiles(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => getRank(a.name) - getRank(b.name) || (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walkFiles(path)
    else if (isEventFile(basename(path))) yield path
  }
}

/** Effects of one event are there for the next, so the order is that of a user's life. */
function getRank(name: string): number {
  const trigger = parseTriggerName(name) ?? triggersInFolder(name)[0]
  return trigger === undefined ? TRIGGER_NAMES.length : TRIGGER_NAMES.indexOf(trigger)
}
