import type { ForgotPasswordMigrationEvent, SignInMigrationEvent } from '../../src/user-migration/trigger.ts'
import { preAuthenticationEvent } from '../support/events.ts'

/** The password of the events. It must appear in no log, error or trace. */
export const TYPED = 'Correct-horse-7'

const response = {
  userAttributes: null,
  forceAliasCreation: null,
  enableSMSMFA: null,
  finalUserStatus: null,
  messageAction: null,
  desiredDeliveryMediums: null,
}

/** Creates the event of a sign-in of mary@example.com, who is not in the user pool. */
export function migrationEvent(change: Partial<SignInMigrationEvent> = {}): SignInMigrationEvent {
  return {
    ...preAuthenticationEvent(),
    triggerSource: 'UserMigration_Authentication',
    userName: 'mary@example.com',
    request: { userAttributes: null, password: TYPED, validationData: null },
    response,
    ...change,
  }
}

/** Creates the event of mary@example.com after "forgot password". */
export function forgotEvent(change: Partial<ForgotPasswordMigrationEvent> = {}): ForgotPasswordMigrationEvent {
  return {
    ...preAuthenticationEvent(),
    triggerSource: 'UserMigration_ForgotPassword',
    userName: 'mary@example.com',
    request: { userAttributes: null, validationData: null },
    response,
    ...change,
  }
}
