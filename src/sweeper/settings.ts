import { nonEmptyString, type SettingsTable } from 'cognito-lifeguard/settings'
import { type PostConfirmationSettings, postConfirmationSettings } from '../post-confirmation/settings.ts'

/** The environment of the sweeper: that of the function whose effects it runs, and the table of effects in any case. */
export interface SweeperSettings extends PostConfirmationSettings {
  readonly EFFECT_TABLE: string
}

/** How it is read. */
export const sweeperSettings: SettingsTable<SweeperSettings> = {
  ...postConfirmationSettings,
  fields: {
    ...postConfirmationSettings.fields,
    EFFECT_TABLE: nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects'),
  },
}
