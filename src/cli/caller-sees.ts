import type { ReplayResult } from '../replay/replay.ts'

// What follows in Cognito when nothing objects.
const NEXT: Readonly<Record<string, string>> = {
  PreSignUp_AdminCreateUser: 'the user is created',
  PreSignUp_ExternalProvider: 'the user is created',
  PostConfirmation_ConfirmSignUp: 'the user is confirmed',
  PostConfirmation_ConfirmForgotPassword: 'the password is reset',
  PreAuthentication_Authentication: 'the sign-in goes on',
  PostAuthentication_Authentication: 'the user is signed in',
}

/** Says what the caller of Cognito sees of an event. */
export function callerSees({ outcome, triggerSource, response, error }: ReplayResult): string {
  if (outcome !== 'proceed') return error?.message ?? ''
  if (triggerSource === 'PreSignUp_SignUp') {
    return response?.['autoConfirmUser'] === true ? 'signed up and confirmed at once' : 'signed up, to be confirmed'
  }
  return NEXT[triggerSource ?? ''] ?? 'Cognito goes on'
}
