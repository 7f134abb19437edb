import type { ReplayResult } from '../replay/replay.ts'

// What follows in Cognito when nothing objects.
const NEXT: ReadonlyMap<string | null, string> = new Map([
  ['PreSignUp_AdminCreateUser', 'user created'],
  ['PreSignUp_ExternalProvider', 'user created'],
  ['PostConfirmation_ConfirmSignUp', 'user confirmed'],
  ['PostConfirmation_ConfirmForgotPassword', 'password reset'],
  ['PreAuthentication_Authentication', 'sign-in goes on'],
  ['PostAuthentication_Authentication', 'signed in'],
])

/** Says what the caller of Cognito sees of an event. */
export function callerSees({ outcome, triggerSource, response, error }: ReplayResult): string {
  if (outcome !== 'proceed') return error?.message ?? ''
  if (triggerSource === 'PreSignUp_SignUp') {
    return response?.autoConfirmUser === true ? 'signed up and confirmed' : 'signed up, to be confirmed'
  }
  return NEXT.get(triggerSource) ?? 'Cognito goes on'
}
