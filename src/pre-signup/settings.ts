import {
  type DomainsSetting,
  domains,
  type LogSettings,
  logFields,
  nonEmptyString,
  oneOf,
  optional,
  type SettingsTable,
} from 'cognito-lifeguard/settings'

/** The environment of the pre sign-up function. */
export interface PreSignUpSettings extends LogSettings {
  readonly ALLOWED_EMAIL_DOMAINS: DomainsSetting
  readonly DENIED_EMAIL_DOMAINS?: DomainsSetting | undefined
  /** Whose users are confirmed without a code; needs AUTO_CONFIRM_TRUST. */
  readonly AUTO_CONFIRM_DOMAINS?: DomainsSetting | undefined
  readonly AUTO_CONFIRM_TRUST?: 'unproven-address' | undefined
  readonly ADMIN_CREATED_USERS: 'exempt' | 'judge'
  readonly FEDERATED_EMAIL: 'require-verified' | 'trust-identity-provider'
  /** The table of blocks. With it, blocks are also checked when a user signs up. */
  readonly BLOCK_TABLE?: string | undefined
}

/** How it is read. */
export const preSignUpSettings: SettingsTable<PreSignUpSettings> = {
  fields: {
    ALLOWED_EMAIL_DOMAINS: domains(),
    DENIED_EMAIL_DOMAINS: optional(domains()),
    AUTO_CONFIRM_DOMAINS: optional(domains()),
    AUTO_CONFIRM_TRUST: optional(oneOf(['unproven-address'])),
    ADMIN_CREATED_USERS: { ...oneOf(['exempt', 'judge']), default: 'exempt' },
    FEDERATED_EMAIL: { ...oneOf(['require-verified', 'trust-identity-provider']), default: 'require-verified' },
    BLOCK_TABLE: optional(nonEmptyString('the name of the DynamoDB table of blocks', 'lifeguard-blocks')),
    ...logFields,
  },
  requirements: [
    {
      set: 'AUTO_CONFIRM_DOMAINS',
      requires: 'AUTO_CONFIRM_TRUST',
      expected:
        'unproven-address, because AUTO_CONFIRM_DOMAINS is set: a domain proves nothing about who typed the address, and users confirmed by it never prove that it is theirs',
    },
  ],
}
