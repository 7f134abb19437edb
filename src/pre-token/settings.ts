import { type LogSettings, logFields, nonEmptyString, oneOf, type SettingsTable } from 'cognito-lifeguard/settings'

/** The settings of the pre token generation function, from environment variables. */
export interface PreTokenGenerationSettings extends LogSettings {
  readonly BLOCK_TABLE: string
  /** The decision while the block list cannot be read. `deny`: no user gets tokens. `allow`: all users get tokens, and an alarm fires. */
  readonly BLOCK_WHEN_UNKNOWN: 'deny' | 'allow'
}

/** Parsers of the settings, by environment variable. */
export const preTokenGenerationSettings: SettingsTable<PreTokenGenerationSettings> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks'),
    BLOCK_WHEN_UNKNOWN: { ...oneOf(['deny', 'allow']), default: 'deny' },
    ...logFields,
  },
}
