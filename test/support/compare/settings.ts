import { seededRandom } from '../fuzz/fuzz-random.ts'

const domains = [
  'example.com,*.example.org',
  'example.com',
  '*',
  '*.example.com,partner.example',
  'münchen.example',
  'com',
  'a@example.com',
]
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ALLOWED_EMAIL_DOMAINS: domains,
  DENIED_EMAIL_DOMAINS: ['', 'mail.example.org', '*.example.org', 'no such domain'],
  AUTO_CONFIRM_DOMAINS: ['', 'example.com', '*.example.org'],
  AUTO_CONFIRM_TRUST: ['unproven-address', 'unproven-address', '', 'yes'],
  ADMIN_CREATED_USERS: ['', 'exempt', 'judge'],
  FEDERATED_EMAIL: ['', 'require-verified', 'trust-identity-provider'],
  LOG_LEVEL: ['', 'info', 'WARN', 'debug', 'silent'],
  LOG_HASH_KEY: ['', 'sixteen letters!', 'short'],
  BLOCK_TABLE: ['blocks', 'blocks', ''],
  PROFILE_TABLE: ['profiles', 'profiles', 'profiles', ''],
  EFFECT_TABLE: ['effects', 'effects', ''],
  WELCOME_EMAIL_FROM: ['welcome@example.com', 'welcome@example.com', '', 'welcome'],
  WELCOME_APP_NAME: ['Example', 'Example', '', 'Two\nlines'],
  WELCOME_APP_URL: ['https://app.example.com', 'https://app.example.com', 'http://app.example.com'],
  WELCOME_SINCE: ['', '2026-01-31', '2026-01-31T09:00:00Z'],
  WELCOME_EMAIL_DELIVERY: ['', 'at-most-once', 'at-least-once'],
}

// Most sets of settings are valid, because a handler with an invalid setting only throws.
const VALID = 0.75

/** Returns random sets of settings. Most of them contain only valid values. */
export function settingsSets(count: number, seed: number): readonly Readonly<Record<string, string>>[] {
  return Array.from({ length: count }, (_, number) => {
    const random = seededRandom(seed, number)
    const isValid = random.chance(VALID)
    const pick = (name: string, values: readonly string[]): string => random.pick(isValid ? (FIRST[name] ?? values) : values)
    const settings = Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, pick(name, values)]))
    // The old version reads WELCOME_EMAIL_DELIVERY from a variable with another name.
    return { ...settings, WELCOME_EMAIL_CUT_OFF: settings.WELCOME_EMAIL_DELIVERY ?? '' }
  })
}

/** The values for a valid set of settings. A setting without an entry here has only valid values in VALUES. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  ALLOWED_EMAIL_DOMAINS: domains.slice(0, 5),
  DENIED_EMAIL_DOMAINS: ['', 'mail.example.org', '*.example.org'],
  AUTO_CONFIRM_TRUST: ['unproven-address'],
  LOG_HASH_KEY: ['', 'sixteen letters!'],
  BLOCK_TABLE: ['blocks'],
  PROFILE_TABLE: ['profiles'],
  EFFECT_TABLE: ['effects'],
  WELCOME_EMAIL_FROM: ['welcome@example.com', 'welcome@example.com', ''],
  WELCOME_APP_NAME: ['Example'],
  WELCOME_APP_URL: ['https://app.example.com'],
}
