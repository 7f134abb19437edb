import {
  integer,
  kmsKeyArn,
  type LogSettings,
  line,
  logFields,
  type Mailbox,
  mailbox,
  nonEmptyString,
  optional,
  region,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The settings of the custom email sender function, from environment variables. */
export interface CustomEmailSenderSettings extends LogSettings {
  /** The ARN of the pool's KMS key. */
  readonly KMS_KEY_ARN: string
  readonly EMAIL_FROM: Mailbox
  /** The address for replies. Without it, replies go to the sender. */
  readonly EMAIL_REPLY_TO?: Mailbox | undefined
  /** The region of SES. Without it, the function's region. */
  readonly SES_REGION?: string | undefined
  /** The name of your application in the emails. */
  readonly MESSAGE_APP_NAME: string
  readonly LIMIT_TABLE: string
  /** The emails that a user gets in an hour. Without it, the number is not limited. */
  readonly MESSAGES_PER_HOUR?: number | undefined
  /** The stage whose end-to-end tests read the codes from LIMIT_TABLE. Not for production. */
  readonly PARKED_CODES_STAGE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const customEmailSenderSettings: SettingsTable<CustomEmailSenderSettings> = {
  fields: {
    KMS_KEY_ARN: kmsKeyArn(),
    EMAIL_FROM: mailbox('code@example.com'),
    EMAIL_REPLY_TO: optional(mailbox('help@example.com')),
    SES_REGION: optional(region()),
    MESSAGE_APP_NAME: line('the name of your application, in one line', 'Example'),
    LIMIT_TABLE: nonEmptyString('the name of the DynamoDB table of limits', 'lifeguard-limits'),
    MESSAGES_PER_HOUR: optional(integer(1, 1000, 10)),
    PARKED_CODES_STAGE: optional(nonEmptyString('the name of a stage without real users', 'dev')),
    ...logFields,
  },
}
