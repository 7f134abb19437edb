import {
  integer,
  type LogSettings,
  line,
  logFields,
  type Mailbox,
  mailbox,
  nonEmptyString,
  oneOf,
  optional,
  region,
  type SettingsTable,
  secret,
} from 'cognito-lifeguard/settings'

/** The settings of the three custom challenge functions, from environment variables. */
export interface CustomChallengeSettings extends LogSettings {
  /** The steps of a sign-in. */
  readonly SIGN_IN_STEPS: 'email-code' | 'password-and-email-code'
  /** The sender of the codes. SES must have verified the address or its domain. */
  readonly CODE_EMAIL_FROM: Mailbox
  readonly CODE_APP_NAME: string
  readonly SES_REGION?: string | undefined
  /** The key of the hashes of codes. */
  readonly CODE_KEY: string
  readonly CODE_LIFETIME_SECONDS: number
  /** The answers that one sign-in permits. */
  readonly CODE_ATTEMPTS: number
  readonly CODES_PER_HOUR: number
  readonly WRONG_CODES_PER_HOUR: number
  readonly LIMIT_TABLE: string
  /** If it is set, blocked users cannot sign in. */
  readonly BLOCK_TABLE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const customChallengeSettings: SettingsTable<CustomChallengeSettings> = {
  fields: {
    SIGN_IN_STEPS: { ...oneOf(['email-code', 'password-and-email-code']), default: 'email-code' },
    CODE_EMAIL_FROM: mailbox('sign-in@example.com'),
    CODE_APP_NAME: line('the name of your application, in one line', 'Example'),
    SES_REGION: optional(region()),
    CODE_KEY: secret(),
    CODE_LIFETIME_SECONDS: { ...integer(30, 900, 300), default: 300 },
    CODE_ATTEMPTS: { ...integer(1, 10, 3), default: 3 },
    CODES_PER_HOUR: { ...integer(1, 1000, 5), default: 5 },
    WRONG_CODES_PER_HOUR: { ...integer(1, 1000, 5), default: 5 },
    LIMIT_TABLE: nonEmptyString('the name of the DynamoDB table of limits', 'lifeguard-limits'),
    BLOCK_TABLE: optional(nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks')),
    ...logFields,
  },
}
