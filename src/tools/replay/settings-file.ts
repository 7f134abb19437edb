import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { EVENT_SETTINGS } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { findEventFiles, STDIN } from '../lib/event-files.ts'

/** The file in the working folder with the settings for replay. */
export const SETTINGS_FILE = 'lifeguard.env'

// The formats of lines that Node's parseEnv reads completely. It silently drops all or a part of any other line.
const LINES = [
  /^[ \t]*(?:#.*)?$/,
  /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)[ \t]*(?:#.*)?$/,
  // A # after whitespace starts a comment. A line with any other # does not match, because the # would silently truncate the value.
  /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=(?![ \t]*["'`])[^#]*(?:(?<=[ \t])#.*)?$/,
]

/**
 * Reads the settings file of a folder.
 *
 * @param name The name of the file.
 * @returns The settings. Empty if the folder has no settings file.
 * @throws UsageError if the file cannot be read, or has a line that is neither empty, a comment nor `NAME=value`.
 */
export async function readSettingsFile(folder: string, name: string = SETTINGS_FILE): Promise<Readonly<Record<string, string>>> {
  const shown = name === SETTINGS_FILE ? name : join(folder, name)
  const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UsageError(`${shown}: ${error.code === 'EISDIR' ? 'a folder, not a file' : error.message}`)
  })
  const lines = text.split(/\r?\n/)
  const wrong = lines.findIndex((line) => !LINES.some((kind) => kind.test(line)))
  // The message does not quote the line, because it may contain a secret.
  if (wrong !== -1) throw new UsageError(`${shown}, line ${wrong + 1}: expected NAME=value. Put quotes around a value that contains #`)
  // Parses each line alone, because parseEnv may mistake an indented comment for a setting if the text has several lines.
  const set = lines.flatMap((line) => Object.entries(parseEnv(line)))
  return Object.fromEntries(set.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/**
 * Reads the files `settings.env` beside the replayed events. They set what the events need, whatever the deployment sets.
 *
 * @param paths The replayed paths. In a folder, reads the files of all folders below it.
 * @throws UsageError as {@link readSettingsFile} does.
 */
export async function readEventSettings(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const folders = new Set<string>()
  for await (const file of findEventFiles(paths.filter((path) => path !== STDIN))) folders.add(dirname(file))
  const files = await Promise.all([...folders].map((folder) => readSettingsFile(folder, EVENT_SETTINGS)))
  return Object.assign({}, ...files)
}
