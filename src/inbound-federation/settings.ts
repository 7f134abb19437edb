import { type LogSettings, logFields, nonEmptyString, optional, type SettingsTable, strings } from 'cognito-lifeguard/settings'

/** The settings of the inbound federation function, from environment variables. */
export interface InboundFederationSettings extends LogSettings {
  /** The domains of Google Workspace whose users may sign in through Google. If not set, every Google account may. */
  readonly GOOGLE_HOSTED_DOMAINS?: readonly string[] | undefined
  /** The provider's names of attributes that Cognito does not store. */
  readonly DROPPED_ATTRIBUTES?: readonly string[] | undefined
  /** The provider's name of the attribute with the groups of a SAML or OIDC user. Requires ALLOWED_GROUPS. */
  readonly GROUPS_ATTRIBUTE?: string | undefined
  /** The groups to write into the attribute `custom:groups`. */
  readonly ALLOWED_GROUPS?: readonly string[] | undefined
}

/** Parsers of the settings, by environment variable. */
export const inboundFederationSettings: SettingsTable<InboundFederationSettings> = {
  fields: {
    GOOGLE_HOSTED_DOMAINS: optional(strings('domains of Google Workspace', 'example.com,example.org')),
    DROPPED_ATTRIBUTES: optional(strings("the provider's names of attributes", 'photo,locale')),
    GROUPS_ATTRIBUTE: optional(nonEmptyString("the provider's name of the attribute with the groups", 'groups')),
    ALLOWED_GROUPS: optional(strings('names of groups', 'admins,editors')),
    ...logFields,
  },
  requirements: [
    {
      set: 'GROUPS_ATTRIBUTE',
      requires: 'ALLOWED_GROUPS',
      expected: 'names of groups separated by commas, because GROUPS_ATTRIBUTE is set: a provider may send hundreds of groups',
    },
  ],
}
