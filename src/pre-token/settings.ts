import {
  type LogSettings,
  logFields,
  nonEmptyString,
  oneOf,
  optional,
  type RefusalCodesSetting,
  refusalFields,
  type SettingsTable,
  strings,
} from 'cognito-lifeguard/settings'

/** The settings of the pre token generation function, from environment variables. */
export interface PreTokenGenerationSettings extends LogSettings, RefusalCodesSetting {
  readonly BLOCK_TABLE: string
  /** The decision while the block list cannot be read. `deny`: no user gets tokens. `allow`: all users get tokens, and an alarm fires. */
  readonly BLOCK_WHEN_UNKNOWN: 'deny' | 'allow'
  /** The user attributes to copy into the access token. This needs version 2 or 3 of the event. */
  readonly ACCESS_TOKEN_ATTRIBUTES?: readonly string[] | undefined
}

/** Parsers of the settings, by environment variable. */
export const preTokenGenerationSettings: SettingsTable<PreTokenGenerationSettings> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks'),
    BLOCK_WHEN_UNKNOWN: { ...oneOf(['deny', 'allow']), default: 'deny' },
    ACCESS_TOKEN_ATTRIBUTES: optional(strings('names of user attributes', 'custom:tenant')),
    ...refusalFields,
    ...logFields,
  },
}
