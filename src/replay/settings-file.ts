import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Environment } from './environment.ts'
import { UsageError } from './usage-error.ts'

/** The file in the working folder that says with which settings events are replayed. */
export const SETTINGS_FILE = 'lifeguard.env'

/**
 * The caller's environment, with what the file sets beside it: what the caller sets goes before.
 *
 * @param folder The working folder. Without a file in it, it is the caller's environment alone.
 * @throws UsageError when it is there and cannot be read.
 */
export async function withSettingsFile(folder: string, caller: Environment): Promise<Environment> {
  const text = await readFile(join(folder, SETTINGS_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UsageError(`${SETTINGS_FILE}: ${error.code === 'EISDIR' ? 'a folder, not a file' : error.message}`)
  })
  return { ...parseEnv(text), ...caller }
}
