import {
  type DomainsSetting,
  domains,
  type LogSettings,
  logFields,
  nonEmptyString,
  oneOf,
  optional,
  type RefusalCodesSetting,
  refusalFields,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The settings of the pre sign-up function, from environment variables. */
export interface PreSignUpSettings extends LogSettings, RefusalCodesSetting {
  readonly ALLOWED_EMAIL_DOMAINS: DomainsSetting
  readonly DENIED_EMAIL_DOMAINS?: DomainsSetting | undefined
  /** Email domains whose users are confirmed without a code. Requires AUTO_CONFIRM_TRUST. */
  readonly AUTO_CONFIRM_DOMAINS?: DomainsSetting | undefined
  readonly AUTO_CONFIRM_TRUST?: 'unproven-address' | undefined
  readonly ADMIN_CREATED_USERS: 'exempt' | 'judge'
  readonly FEDERATED_EMAIL: 'require-verified' | 'trust-identity-provider'
  /** The name of the block list table. If set, blocked users cannot sign up either. */
  readonly BLOCK_TABLE?: string | undefined
  /** The name of the table of invitations. If set, only users with an invitation may sign up. */
  readonly INVITE_TABLE?: string | undefined
  /** `code`: the client metadata have the invitation's code. `email`: the invitation is bound to the user's address. */
  readonly INVITE_BY: 'code' | 'email'
}

/** Parsers of the settings, by environment variable. */
export const preSignUpSettings: SettingsTable<PreSignUpSettings> = {
  fields: {
    ALLOWED_EMAIL_DOMAINS: domains(),
    DENIED_EMAIL_DOMAINS: optional(domains()),
    AUTO_CONFIRM_DOMAINS: optional(domains()),
    AUTO_CONFIRM_TRUST: optional(oneOf(['unproven-address'])),
    ADMIN_CREATED_USERS: { ...oneOf(['exempt', 'judge']), default: 'exempt' },
    FEDERATED_EMAIL: { ...oneOf(['require-verified', 'trust-identity-provider']), default: 'require-verified' },
    BLOCK_TABLE: optional(nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks')),
    INVITE_TABLE: optional(nonEmptyString('the name of the DynamoDB table of invitations', 'lifeguard-invites')),
    INVITE_BY: { ...oneOf(['code', 'email']), default: 'code' },
    ...refusalFields,
    ...logFields,
  },
  requirements: [
    {
      set: 'AUTO_CONFIRM_DOMAINS',
      requires: 'AUTO_CONFIRM_TRUST',
      expected:
        'unproven-address, because AUTO_CONFIRM_DOMAINS is set: a domain proves nothing about who typed the address, and confirmed users are never asked for proof',
    },
  ],
}
