import { devNull } from 'node:os'

/** Which services the handlers talk to: ones that replay starts, the caller's own, or none at all. */
export const SERVICES = ['embedded', 'aws', 'none'] as const
export type Services = (typeof SERVICES)[number]

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a handler finds in its environment where the caller's does not say, and no file says what is set. */
export const DEFAULT_SETTINGS = {
  ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org',
  BLOCK_TABLE: 'lifeguard-blocks',
  PROFILE_TABLE: 'lifeguard-profiles',
  EFFECT_TABLE: 'lifeguard-effects',
  WELCOME_EMAIL_FROM: 'welcome@example.com',
  WELCOME_APP_NAME: 'Example',
  WELCOME_APP_URL: 'https://app.example.com',
} as const

/** Credentials that AWS would refuse, and an address where nothing listens: whatever a handler tries, it reaches no account. */
export const NOWHERE: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
}

/**
 * The environment of the handlers: the caller's, with the defaults for what it does not set. Unless the caller's own services
 * are asked for, nothing of their AWS settings is passed on.
 *
 * @param defaults None where a file says what is set: one that is misspelt or forgotten there must be missing here too.
 * @param embedded What the embedded services want to be set.
 */
export function handlerEnvironment(
  caller: Environment,
  services: Services,
  defaults: Readonly<Record<string, string>>,
  embedded: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const own = Object.entries(caller).filter(([name]) => services === 'aws' || !name.startsWith('AWS_'))
  const set = Object.fromEntries(own.filter((entry): entry is [string, string] => entry[1] !== undefined))
  return {
    ...defaults,
    ...set,
    ...(services !== 'aws' && NOWHERE),
    ...embedded,
    ...logLevel(caller.LOG_LEVEL),
  }
}

/** The decision is read from the log line, which a higher level would leave out. A level that is none is the handler's to refuse. */
function logLevel(level: string | undefined): { readonly LOG_LEVEL?: string } {
  return level === undefined || ['warn', 'error', 'silent'].includes(level) ? { LOG_LEVEL: 'info' } : {}
}
