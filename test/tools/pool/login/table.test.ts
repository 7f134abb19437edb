import { expect, it } from 'vitest'
import { findTrigger } from '../../../../src/shared/cognito/triggers.ts'
import { ASSUMPTION_NAMES } from '../../../../src/tools/pool/assumptions.ts'
import { LOGIN_ROWS } from '../../../../src/tools/pool/login/table.ts'

const listSources = (row: string): readonly string[] =>
  (LOGIN_ROWS[row] ?? []).filter(({ kind }) => kind === 'trigger').map(({ text }) => text)

it('lists each row with the trigger sources that it may call', () => {
  const rows = Object.fromEntries(
    Object.keys(LOGIN_ROWS).map((row) => [row, listSources(row).filter((source) => !source.startsWith('Custom'))]),
  )

  expect(rows).toEqual({
    '/signup': ['PreSignUp_SignUp', 'PostConfirmation_ConfirmSignUp'],
    '/confirmUser': ['PostConfirmation_ConfirmSignUp'],
    '/resendCode': [],
    '/forgotPassword': ['UserMigration_ForgotPassword', 'PreSignUp_AdminCreateUser'],
    '/confirmForgotPassword': ['PostConfirmation_ConfirmForgotPassword'],
    '/login': [
      'UserMigration_Authentication',
      'PreSignUp_AdminCreateUser',
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ],
    '/challenge NEW_PASSWORD_REQUIRED': ['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'],
    '/challenge SMS_MFA': ['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'],
    '/challenge EMAIL_OTP': ['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'],
    '/challenge SOFTWARE_TOKEN_MFA': ['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'],
    '/challenge SELECT_MFA_TYPE': [],
    '/challenge MFA_SETUP': ['PostAuthentication_Authentication', 'TokenGeneration_HostedAuth'],
    '/oauth2/authorize': ['TokenGeneration_HostedAuth'],
    '/oauth2/idpresponse first sign-in': [
      'InboundFederation_ExternalProvider',
      'PreSignUp_ExternalProvider',
      'PostConfirmation_ConfirmSignUp',
      'TokenGeneration_HostedAuth',
    ],
    '/oauth2/idpresponse later sign-in': [
      'InboundFederation_ExternalProvider',
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_HostedAuth',
    ],
    '/oauth2/token authorization_code': [],
    '/oauth2/token refresh_token': ['TokenGeneration_RefreshTokens'],
    '/oauth2/token client_credentials': ['TokenGeneration_ClientCredentials'],
    '/oauth2/revoke': [],
  })
})

it('names only trigger sources of Cognito and known assumptions', () => {
  const steps = Object.values(LOGIN_ROWS).flat()

  expect(steps.filter(({ kind, text }) => kind === 'trigger' && findTrigger(text) === undefined)).toEqual([])
  expect(steps.filter(({ assumption }) => assumption !== undefined && !ASSUMPTION_NAMES.includes(assumption))).toEqual([])
})
