import {
  type LogSettings,
  logFields,
  nonEmptyString,
  type RefusalCodesSetting,
  refusalFields,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The settings of the pre authentication function, from environment variables. */
export interface PreAuthenticationSettings extends LogSettings, RefusalCodesSetting {
  readonly BLOCK_TABLE: string
}

/** Parsers of the settings, by environment variable. */
export const preAuthenticationSettings: SettingsTable<PreAuthenticationSettings> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks'),
    ...refusalFields,
    ...logFields,
  },
}
