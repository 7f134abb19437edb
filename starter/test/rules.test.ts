import type { PreSignUpEvent } from 'cognito-lifeguard/pre-signup'
import { expect, test } from 'vitest'
import { handler } from '../src/pre-signup/handler.ts'

// The rules alone: no Lambda, no bundle, no log line. What has to do with DynamoDB and SES is shown by lifeguard replay.
const signUp = (email: string, triggerSource: PreSignUpEvent['triggerSource'] = 'PreSignUp_SignUp'): PreSignUpEvent => ({
  version: '1',
  triggerSource,
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_example',
  userName: 'somebody',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  request: { userAttributes: { email } },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
})

test.each(['mary@example.com', 'mary@mail.example.org'])('%s may sign up, and confirms the address', async (email) => {
  expect(await handler.decide(signUp(email))).toMatchObject({ kind: 'proceed', rule: 'allow-email-domains', response: {} })
})

test.each(['eve@evilexample.com', '"a@example.com"@evil.com', 'a@example.com@evil.com'])('%s may not', async (email) => {
  expect(await handler.decide(signUp(email))).toMatchObject({ kind: 'denied', reason: expect.any(String) })
})

test('an administrator may create whom they want', async () => {
  expect(await handler.decide(signUp('guest@elsewhere.example', 'PreSignUp_AdminCreateUser'))).toMatchObject({ kind: 'proceed' })
})
