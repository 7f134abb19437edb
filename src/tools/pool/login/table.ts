import type { StepFacts } from '../operation.ts'
import { ConfirmForgotPassword, ForgotPassword } from '../operations/passwords.ts'
import { RevokeToken } from '../operations/refresh.ts'
import { ConfirmSignUp, ResendConfirmationCode, SignUp } from '../operations/sign-up.ts'
import { firstSteps, laterSteps } from './federated-steps.ts'
import { answerLoginChallenge, login, renewSteps } from './sign-in-steps.ts'
import { codeSteps, machineSteps, refreshSteps } from './token-steps.ts'

const only = ({ rows }: { readonly rows: Readonly<Record<string, readonly StepFacts[]>> }): readonly StepFacts[] => rows[''] ?? []

/**
 * The requests to managed login, by their paths and where needed their kinds, with the steps of each. The journal has the same names.
 * The documentation and the tests are made from this table.
 */
export const LOGIN_ROWS: Readonly<Record<string, readonly StepFacts[]>> = {
  '/signup': only(SignUp),
  '/confirmUser': only(ConfirmSignUp),
  '/resendCode': only(ResendConfirmationCode),
  '/forgotPassword': only(ForgotPassword),
  '/confirmForgotPassword': only(ConfirmForgotPassword),
  '/login': only(login),
  ...Object.fromEntries(Object.entries(answerLoginChallenge.rows).map(([name, steps]) => [`/challenge ${name}`, steps])),
  '/oauth2/authorize': renewSteps,
  '/oauth2/idpresponse first sign-in': firstSteps,
  '/oauth2/idpresponse later sign-in': laterSteps,
  '/oauth2/token authorization_code': codeSteps,
  '/oauth2/token refresh_token': refreshSteps,
  '/oauth2/token client_credentials': machineSteps,
  '/oauth2/revoke': only(RevokeToken),
}
