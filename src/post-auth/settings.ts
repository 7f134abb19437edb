import type { Delivery } from 'cognito-lifeguard'
import {
  date,
  type LogSettings,
  logFields,
  type Mailbox,
  mailbox,
  nonEmptyString,
  oneOf,
  optional,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The settings of the post authentication function, from environment variables. */
export interface PostAuthenticationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
  /** If set, a user who was created since this time and has no welcome email in the ledger gets one after a sign-in. */
  readonly WELCOME_SINCE?: Date | undefined
  /** The sender of the welcome email. Without it, no email is sent. */
  readonly WELCOME_EMAIL_FROM?: Mailbox | undefined
  readonly EFFECT_TABLE?: string | undefined
  readonly WELCOME_EMAIL_DELIVERY: Delivery
  /** The name of the table of invitations. If set, a user's first sign-in enqueues the effect `keep-invite`. */
  readonly INVITE_TABLE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const postAuthenticationSettings: SettingsTable<PostAuthenticationSettings> = {
  fields: {
    PROFILE_TABLE: nonEmptyString('the name of the DynamoDB table of profiles', 'lifeguard-profiles'),
    WELCOME_SINCE: optional(date()),
    WELCOME_EMAIL_FROM: optional(mailbox('welcome@example.com')),
    EFFECT_TABLE: optional(nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects')),
    WELCOME_EMAIL_DELIVERY: { ...oneOf(['at-most-once', 'at-least-once']), default: 'at-most-once' },
    INVITE_TABLE: optional(nonEmptyString('the name of the DynamoDB table of invitations', 'lifeguard-invites')),
    ...logFields,
  },
  requirements: [
    {
      set: 'WELCOME_SINCE',
      requires: 'EFFECT_TABLE',
      expected: 'the name of the DynamoDB table of effects, because WELCOME_SINCE is set',
    },
    {
      set: 'INVITE_TABLE',
      requires: 'EFFECT_TABLE',
      expected: 'the name of the DynamoDB table of effects, because INVITE_TABLE is set',
    },
  ],
}
