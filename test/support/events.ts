import type { PostAuthentication } from '../../src/post-auth/trigger.ts'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import type { PreAuthentication } from '../../src/pre-auth/trigger.ts'
import type { PreSignUp } from '../../src/pre-signup/trigger.ts'
import type { AttributeMap, CallerContext } from '../../src/shared/cognito/event.ts'

const POOL = 'eu-west-1_Example'
const SUB = '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11'

const callerContext: CallerContext = { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' }
const envelope = { version: '1', region: 'eu-west-1', userPoolId: POOL, userName: 'ann', callerContext }
const confirmed: AttributeMap = { sub: SUB, 'cognito:user_status': 'CONFIRMED', email: 'ann@example.com', email_verified: 'true' }

/** Creates the event of a self-service sign-up of ann@example.com. The given attributes replace the default ones. */
export function preSignUpEvent(
  userAttributes: AttributeMap = { email: 'ann@example.com' },
  more: Partial<PreSignUp['event']> = {},
): PreSignUp['event'] {
  return {
    ...envelope,
    triggerSource: 'PreSignUp_SignUp',
    request: { userAttributes, validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
    ...more,
  }
}

/** Creates the event of a first sign-in through an identity provider. By default, the email address is unverified. */
export function federatedEvent(userAttributes: AttributeMap = { email: 'ann@example.com', email_verified: 'false' }): PreSignUp['event'] {
  return preSignUpEvent(
    { 'cognito:email_alias': '', 'cognito:phone_number_alias': '', ...userAttributes },
    {
      triggerSource: 'PreSignUp_ExternalProvider',
      userName: 'Google_109500000000000000000',
      request: { userAttributes: { 'cognito:email_alias': '', 'cognito:phone_number_alias': '', ...userAttributes }, validationData: {} },
    },
  )
}

/** Creates the event of an administrator who creates a user. */
export function adminCreatedEvent(userAttributes: AttributeMap = { email: 'ann@example.com' }): PreSignUp['event'] {
  return preSignUpEvent(userAttributes, {
    triggerSource: 'PreSignUp_AdminCreateUser',
    callerContext: { ...callerContext, clientId: 'CLIENT_ID_NOT_APPLICABLE' },
  })
}

/** Creates the event of a sign-in before the password check. */
export function preAuthenticationEvent(
  userAttributes: AttributeMap | null = confirmed,
  more: Partial<PreAuthentication['event']> = {},
): PreAuthentication['event'] {
  return {
    ...envelope,
    triggerSource: 'PreAuthentication_Authentication',
    request: { userAttributes, validationData: null },
    response: {},
    ...more,
  }
}

/** Creates the event of a successful sign-in. */
export function postAuthenticationEvent(
  userAttributes: AttributeMap = confirmed,
  more: Partial<PostAuthentication['event']> = {},
): PostAuthentication['event'] {
  return {
    ...envelope,
    triggerSource: 'PostAuthentication_Authentication',
    request: { userAttributes, newDeviceUsed: false },
    response: {},
    ...more,
  }
}

/** Creates the event of a confirmed sign-up. */
export function postConfirmationEvent(
  userAttributes: AttributeMap = confirmed,
  more: Partial<PostConfirmation['event']> = {},
): PostConfirmation['event'] {
  return {
    ...envelope,
    triggerSource: 'PostConfirmation_ConfirmSignUp',
    request: { userAttributes },
    response: {},
    ...more,
  }
}

/** Creates the event of a password reset. */
export function passwordResetEvent(userAttributes: AttributeMap = confirmed): PostConfirmation['event'] {
  return postConfirmationEvent(userAttributes, { triggerSource: 'PostConfirmation_ConfirmForgotPassword' })
}

/** The user of these events. */
export const ann: { readonly userPoolId: string; readonly sub: string; readonly userName: string; readonly email: string } = {
  userPoolId: POOL,
  sub: SUB,
  userName: 'ann',
  email: 'ann@example.com',
}
