import type { PreSignUpEvent } from 'cognito-lifeguard/pre-signup'
import { expect, test } from 'vitest'
import { handler } from '../src/pre-signup/handler.ts'

// Tests the rules without Lambda, bundles or logs. Use `lifeguard replay` to run the handlers with DynamoDB and SES.
const signUp = (email: string, triggerSource: PreSignUpEvent['triggerSource'] = 'PreSignUp_SignUp'): PreSignUpEvent => ({
  version: '1',
  triggerSource,
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_example',
  userName: 'example-user',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  request: { userAttributes: { email } },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
})

test.each(['mary@example.com', 'mary@mail.example.org'])('allows %s to sign up, and requires a confirmation code', async (email) => {
  expect(await handler.decide(signUp(email))).toMatchObject({ kind: 'proceed', rule: 'allow-email-domains', response: {} })
})

test.each(['eve@evilexample.com', '"a@example.com"@evil.com', 'a@example.com@evil.com'])(
  'denies a sign-up with the address %s',
  async (email) => {
    expect(await handler.decide(signUp(email))).toMatchObject({ kind: 'denied', reason: expect.any(String) })
  },
)

test('lets an administrator create a user whose email domain is not allowed', async () => {
  expect(await handler.decide(signUp('guest@elsewhere.example', 'PreSignUp_AdminCreateUser'))).toMatchObject({ kind: 'proceed' })
})
