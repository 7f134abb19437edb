// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import type { Environment } from '../shared/settings/read-settings.ts'
import { areDomains, lowerCase, splitDomains } from '../shared/settings/values.ts'
import type { PreSignUpSettings } from './settings.ts'

/** Reads settings as the schema does; undefined where it refuses them. */
export function compiledSettings(environment: Environment): PreSignUpSettings | undefined {
  const ALLOWED_EMAIL_DOMAINS_TEXT = environment.ALLOWED_EMAIL_DOMAINS
  if (!ALLOWED_EMAIL_DOMAINS_TEXT || !areDomains(ALLOWED_EMAIL_DOMAINS_TEXT)) return undefined
  const ALLOWED_EMAIL_DOMAINS = splitDomains(ALLOWED_EMAIL_DOMAINS_TEXT)
  const DENIED_EMAIL_DOMAINS_TEXT = environment.DENIED_EMAIL_DOMAINS || undefined
  if (DENIED_EMAIL_DOMAINS_TEXT !== undefined && !areDomains(DENIED_EMAIL_DOMAINS_TEXT)) return undefined
  const DENIED_EMAIL_DOMAINS = DENIED_EMAIL_DOMAINS_TEXT === undefined ? undefined : splitDomains(DENIED_EMAIL_DOMAINS_TEXT)
  const AUTO_CONFIRM_DOMAINS_TEXT = environment.AUTO_CONFIRM_DOMAINS || undefined
  if (AUTO_CONFIRM_DOMAINS_TEXT !== undefined && !areDomains(AUTO_CONFIRM_DOMAINS_TEXT)) return undefined
  const AUTO_CONFIRM_DOMAINS = AUTO_CONFIRM_DOMAINS_TEXT === undefined ? undefined : splitDomains(AUTO_CONFIRM_DOMAINS_TEXT)
  const AUTO_CONFIRM_TRUST = environment.AUTO_CONFIRM_TRUST || undefined
  if (AUTO_CONFIRM_TRUST !== undefined && AUTO_CONFIRM_TRUST !== 'unproven-address') return undefined
  const ADMIN_CREATED_USERS = environment.ADMIN_CREATED_USERS || 'exempt'
  if (ADMIN_CREATED_USERS !== 'exempt' && ADMIN_CREATED_USERS !== 'judge') return undefined
  const FEDERATED_EMAIL = environment.FEDERATED_EMAIL || 'require-verified'
  if (FEDERATED_EMAIL !== 'require-verified' && FEDERATED_EMAIL !== 'trust-identity-provider') return undefined
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
  if (AUTO_CONFIRM_DOMAINS !== undefined && AUTO_CONFIRM_TRUST === undefined) return undefined
  return {
    ALLOWED_EMAIL_DOMAINS,
    DENIED_EMAIL_DOMAINS,
    AUTO_CONFIRM_DOMAINS,
    AUTO_CONFIRM_TRUST,
    ADMIN_CREATED_USERS,
    FEDERATED_EMAIL,
    LOG_LEVEL,
    LOG_HASH_KEY,
  }
}
