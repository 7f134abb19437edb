// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import type { Environment } from '../shared/settings/read-settings.ts'
import { lowerCase } from '../shared/settings/values.ts'
import type { PreAuthenticationSettings } from './settings.ts'

/** Reads settings as the schema does; undefined where it refuses them. */
export function compiledSettings(environment: Environment): PreAuthenticationSettings | undefined {
  const BLOCK_TABLE = environment.BLOCK_TABLE
  if (!BLOCK_TABLE) return undefined
  const LOG_LEVEL_TEXT = environment.LOG_LEVEL || undefined
  const LOG_LEVEL = LOG_LEVEL_TEXT === undefined ? undefined : lowerCase(LOG_LEVEL_TEXT)
  if (
    LOG_LEVEL !== undefined &&
    LOG_LEVEL !== 'debug' &&
    LOG_LEVEL !== 'info' &&
    LOG_LEVEL !== 'warn' &&
    LOG_LEVEL !== 'error' &&
    LOG_LEVEL !== 'silent'
  )
    return undefined
  const LOG_HASH_KEY = environment.LOG_HASH_KEY || undefined
  if (LOG_HASH_KEY !== undefined && [...LOG_HASH_KEY].length < 16) return undefined
  return { BLOCK_TABLE, LOG_LEVEL, LOG_HASH_KEY }
}
