import { type LogSettings, logFields, nonEmptyString, oneOf, type SettingsTable } from 'cognito-lifeguard/settings'

/** The environment of the pre token generation function. */
export interface PreTokenGenerationSettings extends LogSettings {
  readonly BLOCK_TABLE: string
  /** What happens while the table is out of reach: nobody gets tokens, or everybody does and an alarm fires. */
  readonly BLOCK_WHEN_UNKNOWN: 'deny' | 'allow'
}

/** How it is read. */
export const preTokenGenerationSettings: SettingsTable<PreTokenGenerationSettings> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks'),
    BLOCK_WHEN_UNKNOWN: { ...oneOf(['deny', 'allow']), default: 'deny' },
    ...logFields,
  },
}
