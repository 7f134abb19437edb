import type { ChallengeResult } from '../custom-challenge/trigger.ts'
import type { AttributeMap } from '../shared/cognito/event.ts'
import type { TriggerSource } from '../shared/cognito/triggers.ts'
import type { TriggerFor } from './event-types.ts'

/** The options of the events. Each event accepts those that Cognito can send with it. */
export interface EventOptions {
  /** The user name, `mary` by default. It identifies the user: the `sub` and the email address derive from it. */
  readonly userName?: string
  /** The email address. The default is the user name at example.com. Null for a user without one. */
  readonly email?: string | null
  /** The attribute `name`. */
  readonly name?: string
  /** The attribute `phone_number`. */
  readonly phone?: string
  /** Sets `email_verified`, and `phone_number_verified` of a user with a phone number. */
  readonly verified?: boolean
  /** More attributes. They replace those of the other options. */
  readonly attributes?: AttributeMap
  /** The id of the app client. Null, as if a user is confirmed in the console. */
  readonly clientId?: string | null
  readonly userPoolId?: string
  /** The name of an identity provider, such as `Google`. The user then signs in through it. */
  readonly provider?: string
  readonly clientMetadata?: AttributeMap
  readonly validationData?: AttributeMap
  /** True for a user name that does not exist in the pool. */
  readonly userNotFound?: boolean
  readonly newDeviceUsed?: boolean
  /** The event version, `1` by default. Versions 2 and 3 can also change the access token. */
  readonly version?: '1' | '2' | '3'
  /** The names of the user's groups. */
  readonly groups?: readonly string[]
  /** The scopes of the access token. Only versions 2 and 3 of the event have them. */
  readonly scopes?: readonly string[]
  /** The password that the user typed. */
  readonly password?: string
  /** The encrypted code, in base64. */
  readonly code?: string
  /** The completed steps of the sign-in. */
  readonly session?: readonly ChallengeResult[]
  readonly challengeName?: string
  readonly challengeAnswer?: string
  readonly privateChallengeParameters?: AttributeMap
}

type ForEveryEvent = 'userName' | 'email' | 'name' | 'phone' | 'verified' | 'attributes' | 'clientId' | 'userPoolId'

/**
 * The other options that each trigger accepts.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
interface ForTrigger {
  readonly UserMigration: 'password' | 'validationData' | 'clientMetadata'
  readonly InboundFederation: 'provider'
  readonly PreSignUp: 'clientMetadata' | 'validationData'
  readonly CustomMessage: 'clientMetadata'
  readonly CustomEmailSender: 'clientMetadata' | 'code'
  readonly CustomSMSSender: 'clientMetadata' | 'code'
  readonly PostConfirmation: 'clientMetadata' | 'provider'
  readonly PreAuthentication: 'validationData' | 'userNotFound' | 'provider'
  readonly DefineAuthChallenge: 'clientMetadata' | 'userNotFound' | 'session'
  readonly CreateAuthChallenge: 'clientMetadata' | 'userNotFound' | 'session' | 'challengeName'
  readonly VerifyAuthChallengeResponse: 'clientMetadata' | 'userNotFound' | 'challengeAnswer' | 'privateChallengeParameters'
  readonly PostAuthentication: 'clientMetadata' | 'newDeviceUsed' | 'provider'
  readonly PreTokenGeneration: 'clientMetadata' | 'provider' | 'version' | 'groups' | 'scopes'
}

type OptionName<Source extends TriggerSource> =
  | ForEveryEvent
  | ForTrigger[TriggerFor<Source>]
  | (Source extends 'PreSignUp_ExternalProvider' ? 'provider' : never)

/** The options that the event of a trigger source accepts. */
export type OptionsFor<Source extends TriggerSource> = Pick<EventOptions, OptionName<Source>>
