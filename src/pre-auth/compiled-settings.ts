// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import { collectProblems } from '../shared/settings/problems.ts'
import { type Environment, InvalidSettings } from '../shared/settings/read-settings.ts'
import { lowerCase } from '../shared/settings/values.ts'
import type { PreAuthenticationSettings } from './settings.ts'

/**
 * Reads settings as the schema does.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function compiledSettings(environment: Environment): PreAuthenticationSettings {
  const { found, wrong } = collectProblems(environment)
  const BLOCK_TABLE = environment.BLOCK_TABLE || wrong('BLOCK_TABLE', 'the name of the DynamoDB table of blocks')
  const LOG_LEVEL_TEXT = environment.LOG_LEVEL || undefined
  const LOG_LEVEL_MADE = LOG_LEVEL_TEXT === undefined ? undefined : lowerCase(LOG_LEVEL_TEXT)
  const LOG_LEVEL =
    LOG_LEVEL_MADE === undefined ||
    LOG_LEVEL_MADE === 'debug' ||
    LOG_LEVEL_MADE === 'info' ||
    LOG_LEVEL_MADE === 'warn' ||
    LOG_LEVEL_MADE === 'error' ||
    LOG_LEVEL_MADE === 'silent'
      ? LOG_LEVEL_MADE
      : wrong('LOG_LEVEL', 'one of debug, info, warn, error, silent')
  const LOG_HASH_KEY = environment.LOG_HASH_KEY || undefined
  if (LOG_HASH_KEY !== undefined && !([...LOG_HASH_KEY].length >= 16))
    wrong('LOG_HASH_KEY', 'a random text of at least 16 characters', true)
  if (BLOCK_TABLE === undefined || found.length > 0) throw new InvalidSettings(found)
  return { BLOCK_TABLE, LOG_LEVEL, LOG_HASH_KEY }
}
