import type { Delivery } from 'cognito-lifeguard'
import {
  date,
  emailAddress,
  type LogSettings,
  logFields,
  nonEmptyString,
  oneOf,
  optional,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The environment of the post authentication function. */
export interface PostAuthenticationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
  /** Users who were created since then, and without a record of a welcome email, are sent it after their sign-in. */
  readonly WELCOME_SINCE?: Date | undefined
  /** Without it no email is sent. */
  readonly WELCOME_EMAIL_FROM?: string | undefined
  readonly EFFECT_TABLE?: string | undefined
  readonly WELCOME_EMAIL_DELIVERY: Delivery
}

/** How it is read. */
export const postAuthenticationSettings: SettingsTable<PostAuthenticationSettings> = {
  fields: {
    PROFILE_TABLE: nonEmptyString('the name of the DynamoDB table of profiles', 'lifeguard-profiles'),
    WELCOME_SINCE: optional(date()),
    WELCOME_EMAIL_FROM: optional(emailAddress('welcome@example.com')),
    EFFECT_TABLE: optional(nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects')),
    WELCOME_EMAIL_DELIVERY: { ...oneOf(['at-most-once', 'at-least-once']), default: 'at-most-once' },
    ...logFields,
  },
  requirements: [
    {
      set: 'WELCOME_SINCE',
      requires: 'EFFECT_TABLE',
      expected: 'the name of the DynamoDB table of effects, because WELCOME_SINCE is set',
    },
  ],
}
