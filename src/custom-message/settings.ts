import { integer, type LogSettings, line, logFields, nonEmptyString, oneOf, optional, type SettingsTable } from 'cognito-lifeguard/settings'

/** The settings of the custom message function, from environment variables. */
export interface CustomMessageSettings extends LogSettings {
  /** The name of your application in the messages. */
  readonly MESSAGE_APP_NAME: string
  /** `developer` if the pool sends emails with Amazon SES. Otherwise the function writes only SMS. */
  readonly EMAIL_SENDING: 'cognito' | 'developer'
  /** The messages that a user gets in an hour. Without it, the number is not limited. Requires LIMIT_TABLE. */
  readonly MESSAGES_PER_HOUR?: number | undefined
  readonly LIMIT_TABLE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const customMessageSettings: SettingsTable<CustomMessageSettings> = {
  fields: {
    MESSAGE_APP_NAME: line('the name of your application, in one line', 'Example'),
    EMAIL_SENDING: { ...oneOf(['cognito', 'developer']), default: 'cognito' },
    MESSAGES_PER_HOUR: optional(integer(1, 1000, 10)),
    LIMIT_TABLE: optional(nonEmptyString('the name of the DynamoDB table of limits', 'lifeguard-limits')),
    ...logFields,
  },
  requirements: [
    {
      set: 'MESSAGES_PER_HOUR',
      requires: 'LIMIT_TABLE',
      expected: 'the name of the DynamoDB table of limits, because MESSAGES_PER_HOUR is set',
    },
  ],
}
