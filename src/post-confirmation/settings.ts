import type { Delivery } from 'cognito-lifeguard'
import {
  httpsUrl,
  type LogSettings,
  line,
  logFields,
  type Mailbox,
  mailbox,
  nonEmptyString,
  oneOf,
  optional,
  region,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The settings of the post confirmation function, from environment variables. */
export interface PostConfirmationSettings extends LogSettings {
  readonly PROFILE_TABLE: string
  /** The sender of the welcome email. Without it, no email is sent. */
  readonly WELCOME_EMAIL_FROM?: Mailbox | undefined
  /** The address for replies. Without it, replies go to the sender. */
  readonly WELCOME_EMAIL_REPLY_TO?: Mailbox | undefined
  /** The region of SES. Without it, the function's region. */
  readonly SES_REGION?: string | undefined
  readonly WELCOME_APP_NAME?: string | undefined
  readonly WELCOME_APP_URL?: string | undefined
  readonly EFFECT_TABLE?: string | undefined
  readonly WELCOME_EMAIL_DELIVERY: Delivery
  /** The name of the table of invitations. If set, a confirmation makes the user's reservation permanent. */
  readonly INVITE_TABLE?: string | undefined
}

/** Parsers of the settings, by environment variable. */
export const postConfirmationSettings: SettingsTable<PostConfirmationSettings> = {
  fields: {
    PROFILE_TABLE: nonEmptyString('the name of the DynamoDB table of profiles', 'lifeguard-profiles'),
    WELCOME_EMAIL_FROM: optional(mailbox('welcome@example.com')),
    WELCOME_EMAIL_REPLY_TO: optional(mailbox('help@example.com')),
    SES_REGION: optional(region()),
    WELCOME_APP_NAME: optional(line('the name of your application, in one line', 'Example')),
    WELCOME_APP_URL: optional(httpsUrl('https://app.example.com')),
    EFFECT_TABLE: optional(nonEmptyString('the name of the DynamoDB table of effects', 'lifeguard-effects')),
    WELCOME_EMAIL_DELIVERY: { ...oneOf(['at-most-once', 'at-least-once']), default: 'at-most-once' },
    INVITE_TABLE: optional(nonEmptyString('the name of the DynamoDB table of invitations', 'lifeguard-invites')),
    ...logFields,
  },
  requirements: [
    {
      set: 'WELCOME_EMAIL_FROM',
      requires: 'WELCOME_APP_NAME',
      expected: 'the name of your application, because WELCOME_EMAIL_FROM is set',
    },
    {
      set: 'WELCOME_EMAIL_FROM',
      requires: 'WELCOME_APP_URL',
      expected: 'the https:// address of your application, because WELCOME_EMAIL_FROM is set',
    },
    {
      set: 'WELCOME_EMAIL_FROM',
      requires: 'EFFECT_TABLE',
      expected: 'the name of the DynamoDB table of effects, because WELCOME_EMAIL_FROM is set',
    },
    {
      set: 'INVITE_TABLE',
      requires: 'EFFECT_TABLE',
      expected: 'the name of the DynamoDB table of effects, because INVITE_TABLE is set',
    },
  ],
}
