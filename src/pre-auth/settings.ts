import { type LogSettings, logFields, nonEmptyString, type SettingsTable } from 'cognito-lifeguard/settings'

/** The environment of the pre authentication function. */
export interface PreAuthenticationSettings extends LogSettings {
  readonly BLOCK_TABLE: string
}

/** How it is read. */
export const preAuthenticationSettings: SettingsTable<PreAuthenticationSettings> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks'),
    ...logFields,
  },
}
