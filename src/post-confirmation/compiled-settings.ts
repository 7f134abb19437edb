// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import { collectProblems } from '../shared/settings/problems.ts'
import { type Environment, InvalidSettings } from '../shared/settings/read-settings.ts'
import { isEmailAddress, isOneLine, isWebAddress, lowerCase } from '../shared/settings/values.ts'
import type { PostConfirmationSettings } from './settings.ts'

/**
 * Reads settings as the schema does.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function compiledSettings(environment: Environment): PostConfirmationSettings {
  const { found, wrong, needed } = collectProblems(environment)
  const PROFILE_TABLE = environment.PROFILE_TABLE || wrong('PROFILE_TABLE', 'the name of the DynamoDB table of profiles')
  const WELCOME_EMAIL_FROM = environment.WELCOME_EMAIL_FROM || undefined
  if (WELCOME_EMAIL_FROM !== undefined && !isEmailAddress(WELCOME_EMAIL_FROM))
    wrong(
      'WELCOME_EMAIL_FROM',
      'one email address in ASCII, such as welcome@example.com; an international domain is written as xn--...',
      true,
    )
  const WELCOME_APP_NAME = environment.WELCOME_APP_NAME || undefined
  if (WELCOME_APP_NAME !== undefined && !isOneLine(WELCOME_APP_NAME))
    wrong('WELCOME_APP_NAME', 'the name of your application, in one line', true)
  const WELCOME_APP_URL = environment.WELCOME_APP_URL || undefined
  if (WELCOME_APP_URL !== undefined && !isWebAddress(WELCOME_APP_URL))
    wrong('WELCOME_APP_URL', 'a web address in ASCII that begins with https:// and has no spaces, backslashes or user name', true)
  const EFFECT_TABLE = environment.EFFECT_TABLE || undefined
  const WELCOME_EMAIL_CUT_OFF_TEXT = environment.WELCOME_EMAIL_CUT_OFF || 'at-most-once'
  const WELCOME_EMAIL_CUT_OFF =
    WELCOME_EMAIL_CUT_OFF_TEXT === 'at-most-once' || WELCOME_EMAIL_CUT_OFF_TEXT === 'at-least-once'
      ? WELCOME_EMAIL_CUT_OFF_TEXT
      : wrong('WELCOME_EMAIL_CUT_OFF', 'one of at-most-once, at-least-once')
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
  if (environment.WELCOME_EMAIL_FROM && !environment.WELCOME_APP_NAME)
    needed('WELCOME_APP_NAME', 'the name of your application, because WELCOME_EMAIL_FROM is set')
  if (environment.WELCOME_EMAIL_FROM && !environment.WELCOME_APP_URL)
    needed('WELCOME_APP_URL', 'the https:// address of your application, because WELCOME_EMAIL_FROM is set')
  if (environment.WELCOME_EMAIL_FROM && !environment.EFFECT_TABLE)
    needed('EFFECT_TABLE', 'the name of the DynamoDB table of effects, because WELCOME_EMAIL_FROM is set')
  if (PROFILE_TABLE === undefined || WELCOME_EMAIL_CUT_OFF === undefined || found.length > 0) throw new InvalidSettings(found)
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
