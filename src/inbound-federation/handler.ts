import { maskInitErrors, type TriggerHandler, when } from 'cognito-lifeguard'
import {
  dropAttributes,
  fromProviderType,
  groupsToAttribute,
  type InboundFederation,
  inboundFederation,
  requireHostedDomain,
  truncateLong,
} from 'cognito-lifeguard/inbound-federation'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { inboundFederationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(inboundFederationSettings, process.env))
const { GOOGLE_HOSTED_DOMAINS, DROPPED_ATTRIBUTES, GROUPS_ATTRIBUTE, ALLOWED_GROUPS } = settings

/** Judges and changes the attributes of an identity provider at every sign-in. If a rule throws, the sign-in fails. */
export const handler: TriggerHandler<InboundFederation> = maskInitErrors(() =>
  inboundFederation(
    logging(settings),
    ...(GOOGLE_HOSTED_DOMAINS ? [when(fromProviderType('Google'), requireHostedDomain(...GOOGLE_HOSTED_DOMAINS))] : []),
    ...(DROPPED_ATTRIBUTES ? [dropAttributes(...DROPPED_ATTRIBUTES)] : []),
    // Social providers send no groups.
    ...(GROUPS_ATTRIBUTE && ALLOWED_GROUPS
      ? [when(fromProviderType('SAML', 'OIDC'), groupsToAttribute(GROUPS_ATTRIBUTE, 'custom:groups', { allow: ALLOWED_GROUPS }))]
      : []),
    // Cognito ends a sign-in if a mapped attribute is too long.
    truncateLong(),
  ),
)
