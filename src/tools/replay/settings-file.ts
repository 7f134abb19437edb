import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { UsageError } from '../lib/errors.ts'

/** The file in the working folder that says with which settings events are replayed. */
export const SETTINGS_FILE = 'lifeguard.env'

// The lines that parseEnv reads whole. Of any other it drops a part or all of it, without a word.
const LINES = [
  /^[ \t]*(?:#.*)?$/,
  /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)[ \t]*(?:#.*)?$/,
  // Behind white space a # begins a comment; anywhere else it would end the value.
  /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=(?![ \t]*["'`])[^#]*(?:(?<=[ \t])#.*)?$/,
]

/**
 * Reads what the file sets.
 *
 * @param folder The working folder. Without a file in it, nothing is set.
 * @throws UsageError when it is there and cannot be read, or has a line that is neither empty, a comment nor `NAME=value`.
 */
export async function readSettingsFile(folder: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(folder, SETTINGS_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UsageError(`${SETTINGS_FILE}: ${error.code === 'EISDIR' ? 'a folder, not a file' : error.message}`)
  })
  const lines = text.split(/\r?\n/)
  const wrong = lines.findIndex((line) => !LINES.some((kind) => kind.test(line)))
  // Without what stands there, which may be a secret.
  if (wrong !== -1) throw new UsageError(`${SETTINGS_FILE}, line ${wrong + 1}: expected NAME=value, a value with a # in quotes`)
  // Each by itself: of several parseEnv may take a comment that is indented for a name.
  const set = lines.flatMap((line) => Object.entries(parseEnv(line)))
  return Object.fromEntries(set.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
