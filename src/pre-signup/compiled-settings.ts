// Written by scripts/compile-checks.ts out of settings.ts. To change it, change that, and run `npm run compile-checks`.
import { collectProblems } from '../shared/settings/problems.ts'
import { type Environment, InvalidSettings } from '../shared/settings/read-settings.ts'
import { areDomains, expectedDomains, lowerCase, toDomains } from '../shared/settings/values.ts'
import type { PreSignUpSettings } from './settings.ts'

/**
 * Reads settings as the schema does.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function compiledSettings(environment: Environment): PreSignUpSettings {
  const { found, wrong, needed } = collectProblems(environment)
  const ALLOWED_EMAIL_DOMAINS_TEXT =
    environment.ALLOWED_EMAIL_DOMAINS || wrong('ALLOWED_EMAIL_DOMAINS', expectedDomains({ input: undefined }))
  const ALLOWED_EMAIL_DOMAINS =
    ALLOWED_EMAIL_DOMAINS_TEXT === undefined
      ? undefined
      : areDomains(ALLOWED_EMAIL_DOMAINS_TEXT)
        ? toDomains(ALLOWED_EMAIL_DOMAINS_TEXT)
        : wrong('ALLOWED_EMAIL_DOMAINS', expectedDomains({ input: ALLOWED_EMAIL_DOMAINS_TEXT }))
  const DENIED_EMAIL_DOMAINS_TEXT = environment.DENIED_EMAIL_DOMAINS || undefined
  const DENIED_EMAIL_DOMAINS =
    DENIED_EMAIL_DOMAINS_TEXT === undefined
      ? undefined
      : areDomains(DENIED_EMAIL_DOMAINS_TEXT)
        ? toDomains(DENIED_EMAIL_DOMAINS_TEXT)
        : wrong('DENIED_EMAIL_DOMAINS', expectedDomains({ input: DENIED_EMAIL_DOMAINS_TEXT }))
  const AUTO_CONFIRM_DOMAINS_TEXT = environment.AUTO_CONFIRM_DOMAINS || undefined
  const AUTO_CONFIRM_DOMAINS =
    AUTO_CONFIRM_DOMAINS_TEXT === undefined
      ? undefined
      : areDomains(AUTO_CONFIRM_DOMAINS_TEXT)
        ? toDomains(AUTO_CONFIRM_DOMAINS_TEXT)
        : wrong('AUTO_CONFIRM_DOMAINS', expectedDomains({ input: AUTO_CONFIRM_DOMAINS_TEXT }))
  const AUTO_CONFIRM_TRUST_TEXT = environment.AUTO_CONFIRM_TRUST || undefined
  const AUTO_CONFIRM_TRUST =
    AUTO_CONFIRM_TRUST_TEXT === undefined || AUTO_CONFIRM_TRUST_TEXT === 'unproven-address'
      ? AUTO_CONFIRM_TRUST_TEXT
      : wrong('AUTO_CONFIRM_TRUST', 'one of unproven-address')
  const ADMIN_CREATED_USERS_TEXT = environment.ADMIN_CREATED_USERS || 'exempt'
  const ADMIN_CREATED_USERS =
    ADMIN_CREATED_USERS_TEXT === 'exempt' || ADMIN_CREATED_USERS_TEXT === 'judge'
      ? ADMIN_CREATED_USERS_TEXT
      : wrong('ADMIN_CREATED_USERS', 'one of exempt, judge')
  const FEDERATED_EMAIL_TEXT = environment.FEDERATED_EMAIL || 'require-verified'
  const FEDERATED_EMAIL =
    FEDERATED_EMAIL_TEXT === 'require-verified' || FEDERATED_EMAIL_TEXT === 'trust-identity-provider'
      ? FEDERATED_EMAIL_TEXT
      : wrong('FEDERATED_EMAIL', 'one of require-verified, trust-identity-provider')
  const BLOCK_TABLE = environment.BLOCK_TABLE || undefined
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
  if (environment.AUTO_CONFIRM_DOMAINS && !environment.AUTO_CONFIRM_TRUST)
    needed(
      'AUTO_CONFIRM_TRUST',
      'unproven-address, because AUTO_CONFIRM_DOMAINS is set: a domain proves nothing about who typed the address, and users confirmed by it never prove that it is theirs',
    )
  if (ALLOWED_EMAIL_DOMAINS === undefined || ADMIN_CREATED_USERS === undefined || FEDERATED_EMAIL === undefined || found.length > 0)
    throw new InvalidSettings(found)
  return {
    ALLOWED_EMAIL_DOMAINS,
    DENIED_EMAIL_DOMAINS,
    AUTO_CONFIRM_DOMAINS,
    AUTO_CONFIRM_TRUST,
    ADMIN_CREATED_USERS,
    FEDERATED_EMAIL,
    BLOCK_TABLE,
    LOG_LEVEL,
    LOG_HASH_KEY,
  }
}
