import {
  integer,
  kmsKeyArn,
  type LogSettings,
  line,
  logFields,
  nonEmptyString,
  optional,
  region,
  type SettingsTable,
  strings,
} from 'cognito-lifeguard/settings'

/** The settings of the custom SMS sender function, from environment variables. */
export interface CustomSmsSenderSettings extends LogSettings {
  /** The ARN of the pool's KMS key. */
  readonly KMS_KEY_ARN: string
  /** The countries to which messages are sent, by calling code. */
  readonly SMS_COUNTRIES: readonly string[]
  /** The name that phones show as the sender. */
  readonly SMS_SENDER_ID?: string | undefined
  /** The region of SNS. Without it, the function's region. */
  readonly SNS_REGION?: string | undefined
  /** The name of your application in the messages. */
  readonly MESSAGE_APP_NAME: string
  readonly LIMIT_TABLE: string
  /** The messages that a user gets in an hour. Without it, the number is not limited. */
  readonly MESSAGES_PER_HOUR?: number | undefined
  /** The messages that one phone number gets in a day. */
  readonly SMS_PER_NUMBER_AND_DAY: number
  /** The messages that all users get in a day. Without it, the number is not limited. */
  readonly SMS_PER_DAY?: number | undefined
  /** The stage whose end-to-end tests read the codes from LIMIT_TABLE. Not for production. */
  readonly PARKED_CODES_STAGE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const customSmsSenderSettings: SettingsTable<CustomSmsSenderSettings> = {
  fields: {
    KMS_KEY_ARN: kmsKeyArn(),
    SMS_COUNTRIES: strings('country codes (ISO 3166-1), separated by commas', 'DE,AT,CH'),
    SMS_SENDER_ID: optional(nonEmptyString('1 to 11 letters and digits with at least one letter', 'Example')),
    SNS_REGION: optional(region()),
    MESSAGE_APP_NAME: line('the name of your application, in one line', 'Example'),
    LIMIT_TABLE: nonEmptyString('the name of the DynamoDB table of limits', 'lifeguard-limits'),
    MESSAGES_PER_HOUR: optional(integer(1, 1000, 10)),
    SMS_PER_NUMBER_AND_DAY: { ...integer(1, 1000, 10), default: 10 },
    SMS_PER_DAY: optional(integer(1, 1_000_000, 1000)),
    PARKED_CODES_STAGE: optional(nonEmptyString('the name of a stage without real users', 'dev')),
    ...logFields,
  },
}
