import { nonEmptyString, type SettingsTable } from 'cognito-lifeguard/settings'
import { type PostConfirmationSettings, postConfirmationSettings } from '../post-confirmation/settings.ts'

/** The settings of the sweeper: those of post confirmation, whose effects it runs. The table of effects is required. */
export interface SweeperSettings extends PostConfirmationSettings {
  readonly EFFECT_TABLE: string
}

/** The parser of each setting. */
export const sweeperSettings: SettingsTable<SweeperSettings> = {
  ...postConfirmationSettings,
  fields: {
    ...postConfirmationSettings.fields,
    EFFECT_TABLE: nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects'),
  },
}
