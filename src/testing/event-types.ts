import type { CreateAuthChallengeEvent, DefineAuthChallengeEvent, VerifyAuthChallengeResponseEvent } from '../custom-challenge/trigger.ts'
import type { CustomMessageEvent } from '../custom-message/trigger.ts'
import type { InboundFederationEvent } from '../inbound-federation/trigger.ts'
import type { PostAuthenticationEvent } from '../post-auth/trigger.ts'
import type { PostConfirmationEvent } from '../post-confirmation/trigger.ts'
import type { PreAuthenticationEvent } from '../pre-auth/trigger.ts'
import type { PreSignUpEvent } from '../pre-signup/trigger.ts'
import type { PreTokenGenerationEvent } from '../pre-token/trigger.ts'
import type { AttributeMap, CognitoEvent } from '../shared/cognito/event.ts'
import type { SourceOf, TriggerName, TriggerSource } from '../shared/cognito/triggers.ts'
import type { UserMigrationEvent } from '../user-migration/trigger.ts'

interface EventWith<Request extends CognitoEvent['request'], Response> extends CognitoEvent {
  readonly request: Request
  readonly response: Response
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html */
interface SenderRequest<Type extends string> {
  readonly type: Type
  /** The encrypted code, or null in a notification about an account takeover. */
  readonly code: string | null
  readonly clientMetadata: AttributeMap | null
  readonly userAttributes: AttributeMap
}

/** The events of a custom email or SMS sender have no response. */
type SenderEvent<Type extends string> = Omit<EventWith<SenderRequest<Type>, never>, 'response'>

/** The event of each trigger, as Cognito sends it. */
export interface TriggerEvents {
  readonly UserMigration: UserMigrationEvent
  readonly InboundFederation: InboundFederationEvent
  readonly PreSignUp: PreSignUpEvent
  readonly CustomMessage: CustomMessageEvent
  readonly CustomEmailSender: SenderEvent<'customEmailSenderRequestV1'>
  readonly CustomSMSSender: SenderEvent<'customSMSSenderRequestV1'>
  readonly PostConfirmation: PostConfirmationEvent
  readonly PreAuthentication: PreAuthenticationEvent
  readonly DefineAuthChallenge: DefineAuthChallengeEvent
  readonly CreateAuthChallenge: CreateAuthChallengeEvent
  readonly VerifyAuthChallengeResponse: VerifyAuthChallengeResponseEvent
  readonly PostAuthentication: PostAuthenticationEvent
  readonly PreTokenGeneration: PreTokenGenerationEvent
}

/** The trigger of a trigger source. */
export type TriggerFor<Source extends TriggerSource> = {
  readonly [Name in TriggerName]: Source extends SourceOf<Name> ? Name : never
}[TriggerName]

/** The event of a trigger source, with exactly this source. */
export type EventFor<Source extends TriggerSource> = Source extends TriggerSource
  ? WithSource<TriggerEvents[TriggerFor<Source>], Source>
  : never

/** The member of a union that has the source, or else the event with exactly this source. */
type WithSource<Event, Source> = [Extract<Event, { readonly triggerSource: Source }>] extends [never]
  ? Omit<Event, 'triggerSource'> & { readonly triggerSource: Source }
  : Extract<Event, { readonly triggerSource: Source }>
