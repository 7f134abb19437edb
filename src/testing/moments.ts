import type { TriggerSource } from '../shared/cognito/triggers.ts'
import { cognitoEvent } from './cognito-event.ts'
import type { OptionsFor } from './event-options.ts'
import type { EventFor } from './event-types.ts'

// One function for each moment in a user's life. Each has the source that most tests need. `cognitoEvent` creates the others.

/** Creates the event of one trigger source. */
type Moment<Source extends TriggerSource> = (options?: OptionsFor<Source>) => EventFor<Source>

const moment =
  <Source extends TriggerSource>(source: Source): Moment<Source> =>
  (options) =>
    cognitoEvent(source, options)

/**
 * Creates the event of a user who signs up.
 *
 * @example
 * await run(handler, signUp({ email: 'mary@example.com', validationData: { invite: '1f3c' } }))
 */
export const signUp: Moment<'PreSignUp_SignUp'> = moment('PreSignUp_SignUp')

/** Creates the event of an administrator who creates a user. */
export const adminCreate: Moment<'PreSignUp_AdminCreateUser'> = moment('PreSignUp_AdminCreateUser')

/**
 * Creates the event of a first sign-in through an identity provider. The address is unverified by default, because Cognito passes
 * `email_verified` on only if the pool maps it.
 *
 * @example
 * await run(handler, federated({ provider: 'Okta', email: 'mary@example.com', verified: true }))
 */
export const federated: Moment<'PreSignUp_ExternalProvider'> = (options = {}) =>
  cognitoEvent('PreSignUp_ExternalProvider', { provider: 'Google', ...options })

/** Creates the event of a user who confirmed the sign-up. With a `provider`, it is the first sign-in of a federated user. */
export const confirmed: Moment<'PostConfirmation_ConfirmSignUp'> = moment('PostConfirmation_ConfirmSignUp')

/** Creates the event of a user who set a new password after forgetting the old one. */
export const passwordReset: Moment<'PostConfirmation_ConfirmForgotPassword'> = moment('PostConfirmation_ConfirmForgotPassword')

/** Creates the event of a sign-in before Cognito checks the password. */
export const signIn: Moment<'PreAuthentication_Authentication'> = moment('PreAuthentication_Authentication')

/** Creates the event of a successful sign-in, before Cognito issues tokens. */
export const signedIn: Moment<'PostAuthentication_Authentication'> = moment('PostAuthentication_Authentication')

/**
 * Creates the event of a sign-in for which Cognito issues tokens.
 *
 * @example
 * await run(handler, newTokens({ version: '2', groups: ['staff'] }))
 */
export const newTokens: Moment<'TokenGeneration_Authentication'> = moment('TokenGeneration_Authentication')

/** Creates the event of a token refresh. */
export const refresh: Moment<'TokenGeneration_RefreshTokens'> = moment('TokenGeneration_RefreshTokens')

/** Creates the event of a machine that gets a token for its client credentials. Only version 3 has this event. */
export const machineTokens: Moment<'TokenGeneration_ClientCredentials'> = moment('TokenGeneration_ClientCredentials')

/** Creates the event of a sign-in of a user who is unknown to the pool, and may be migrated. */
export const userMigration: Moment<'UserMigration_Authentication'> = moment('UserMigration_Authentication')

/** Creates the event of a sign-in through an identity provider, before Cognito maps the provider's claims. `attributes` are claims. */
export const inboundFederation: Moment<'InboundFederation_ExternalProvider'> = moment('InboundFederation_ExternalProvider')

/** Creates the event of the message with the confirmation code of a sign-up. */
export const customMessage: Moment<'CustomMessage_SignUp'> = moment('CustomMessage_SignUp')

/** Creates the event of an email with the code of a sign-up, which the function sends. The code is not a real ciphertext. */
export const customEmail: Moment<'CustomEmailSender_SignUp'> = moment('CustomEmailSender_SignUp')

/** Creates the event of an SMS message with the code of a sign-up, which the function sends. The code is not a real ciphertext. */
export const customSms: Moment<'CustomSMSSender_SignUp'> = (options = {}) =>
  cognitoEvent('CustomSMSSender_SignUp', { phone: '+15555550100', ...options })

/**
 * Creates the event that asks for the next step of a sign-in with custom challenges.
 *
 * @example
 * const passed = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: null }
 * await run(handler, defineChallenge({ session: [passed] }))
 */
export const defineChallenge: Moment<'DefineAuthChallenge_Authentication'> = moment('DefineAuthChallenge_Authentication')

/** Creates the event that asks for a challenge, such as a code. */
export const createChallenge: Moment<'CreateAuthChallenge_Authentication'> = moment('CreateAuthChallenge_Authentication')

/** Creates the event that asks if the user's answer to a challenge is right. By default it is `123456`, as is the right answer. */
export const verifyChallenge: Moment<'VerifyAuthChallengeResponse_Authentication'> = moment('VerifyAuthChallengeResponse_Authentication')
