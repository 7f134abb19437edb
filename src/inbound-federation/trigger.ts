import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { type AttributeChanges, combineChanges } from './changes.ts'
import { encodeChanges } from './encode-changes.ts'
import { readIncomingUser } from './profile.ts'

/** The claims of an identity provider by name, before Cognito maps them. AWS documents strings; providers also send other values. */
export type Claims = Readonly<Record<string, unknown>>

/** The type of an identity provider. */
export type ProviderType = Open<'OIDC' | 'SAML' | 'Facebook' | 'Google' | 'SignInWithApple' | 'LoginWithAmazon'>

/**
 * The inbound federation event. Cognito sends it at every sign-in through an identity provider, before it creates or updates the profile.
 *
 * `userName` is the user's id at the provider, such as `sub` or the SAML NameID. The user in the pool is named `Provider_id`. The event
 * has no attributes of the user in the pool.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-inbound-federation.html
 */
export interface InboundFederationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'InboundFederation'>>
  readonly request: {
    /** Never sent: the attributes are those of the provider. */
    readonly userAttributes?: undefined
    readonly providerName: string
    readonly providerType: ProviderType
    /** A part may also be a JSON string. */
    readonly attributes: {
      /** The provider's access, refresh and ID tokens. Secret: no rule of this package reads them. */
      readonly tokenResponse?: Claims | null | undefined
      /** The verified claims of the ID token. Facebook sends none. */
      readonly idToken?: Claims | string | null | undefined
      readonly userInfo?: Claims | string | null | undefined
      /** The attributes of the SAML assertion. */
      readonly samlResponse?: Claims | string | null | undefined
    }
  }
  readonly response: {
    /** The attributes that Cognito maps. Cognito drops every attribute that the map lacks. `{}` keeps all. */
    readonly userAttributesToMap?: AttributeMap | null | undefined
  }
}

/** The inbound federation trigger. Rules change the provider's attributes. A denial ends the sign-in. */
export interface InboundFederation extends Refusing {
  readonly name: 'InboundFederation'
  readonly event: InboundFederationEvent
  readonly answer: AttributeChanges
}

/**
 * Makes the Lambda handler of the inbound federation trigger from rules.
 *
 * A rule sees the attributes in `user`, with the changes of earlier rules. `user.userName` is the name in the pool, such as
 * `Google_1095`. `user.sub` is undefined, because only the pool knows it.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = inboundFederation(renameAttribute('mail', 'email'), dropAttributes('groups'))
 */
export const inboundFederation: TriggerFactory<InboundFederation> = defineTrigger<InboundFederation>({
  name: 'InboundFederation',
  refuses: true,
  onError: 'fail',
  combine: combineChanges,
  encode: encodeChanges,
  userOf: readIncomingUser,
})
