// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import type { Environment } from '../shared/settings/read-settings.ts'
import { isEmailAddress, isWebAddress, lowerCase } from '../shared/settings/values.ts'
import type { PostConfirmationSettings } from './settings.ts'

/** Reads settings as the schema does; undefined where it refuses them. */
export function compiledSettings(environment: Environment): PostConfirmationSettings | undefined {
  const PROFILE_TABLE = environment.PROFILE_TABLE
  if (!PROFILE_TABLE) return undefined
  const WELCOME_EMAIL_FROM = environment.WELCOME_EMAIL_FROM || undefined
  if (WELCOME_EMAIL_FROM !== undefined && !isEmailAddress(WELCOME_EMAIL_FROM)) return undefined
  const WELCOME_APP_NAME = environment.WELCOME_APP_NAME || undefined
  const WELCOME_APP_URL = environment.WELCOME_APP_URL || undefined
  if (WELCOME_APP_URL !== undefined && !isWebAddress(WELCOME_APP_URL)) return undefined
  const EFFECT_TABLE = environment.EFFECT_TABLE || undefined
  const WELCOME_EMAIL_CUT_OFF = environment.WELCOME_EMAIL_CUT_OFF || 'at-most-once'
  if (WELCOME_EMAIL_CUT_OFF !== 'at-most-once' && WELCOME_EMAIL_CUT_OFF !== 'at-least-once') return undefined
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
  if (WELCOME_EMAIL_FROM !== undefined && WELCOME_APP_NAME === undefined) return undefined
  if (WELCOME_EMAIL_FROM !== undefined && WELCOME_APP_URL === undefined) return undefined
  if (WELCOME_EMAIL_FROM !== undefined && EFFECT_TABLE === undefined) return undefined
  return {
    PROFILE_TABLE,
    WELCOME_EMAIL_FROM,
    WELCOME_APP_NAME,
    WELCOME_APP_URL,
    EFFECT_TABLE,
    WELCOME_EMAIL_CUT_OFF,
    LOG_LEVEL,
    LOG_HASH_KEY,
  }
}
