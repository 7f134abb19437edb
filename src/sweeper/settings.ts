import { nonEmptyString, type SettingsTable } from 'cognito-lifeguard/settings'
import { type PostConfirmationSettings, postConfirmationSettings } from '../post-confirmation/settings.ts'

/**
 * The settings of the sweeper: those of the triggers whose effects it runs. Those of post confirmation include the ones that post
 * authentication needs. EFFECT_TABLE is required.
 */
export interface SweeperSettings extends PostConfirmationSettings {
  readonly EFFECT_TABLE: string
}

/** Parsers of the settings, by environment variable. */
export const sweeperSettings: SettingsTable<SweeperSettings> = {
  ...postConfirmationSettings,
  fields: {
    ...postConfirmationSettings.fields,
    EFFECT_TABLE: nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects'),
  },
}
