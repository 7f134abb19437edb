import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { UsageError } from './errors.ts'
import { parseTriggerName, triggersInFolder } from './find-trigger.ts'

/** The path that means standard input. */
export const STDIN = '-'

/** The name of the file that lists blocked users, in an event's folder or the folder above. */
export const SEED_FILE = 'seed.json'

/** Returns true if a file contains one event per line. */
export function isNdjson(file: string): boolean {
  return ['.ndjson', '.jsonl'].includes(extname(file))
}

/** Returns true if a file in a folder is an event file: neither an expectation nor a seed. */
export function isEventFile(name: string): boolean {
  return isNdjson(name) || (name.endsWith('.json') && !name.endsWith('.expect.json') && name !== SEED_FILE)
}

/**
 * Checks that all paths exist, before anything runs.
 *
 * @throws UsageError that names the first missing path.
 */
export async function assertPaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (path === STDIN) continue
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) throw new UsageError(`${path}: no such file or folder`)
  }
}

/**
 * Yields each path that is a file, and the event files in each path that is a folder. Sorts the event files of a folder in the
 * order in which Cognito calls the triggers for a user, then by name.
 */
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

/** Ranks a folder by its trigger, in the order sign-up, sign-in and so on, because later events see the effects of earlier events. */
function getRank(name: string): number {
  const trigger = parseTriggerName(name) ?? triggersInFolder(name)[0]
  return trigger === undefined ? TRIGGER_NAMES.length : TRIGGER_NAMES.indexOf(trigger)
}
