import { failOpen } from 'cognito-lifeguard'
import { preSignUp } from 'cognito-lifeguard/pre-signup'
import { denyEmailDomains } from 'cognito-lifeguard/rules'
import { denyDisposableEmail } from './deny-disposable-email.ts'

const service = process.env.DISPOSABLE_EMAIL_URL ?? 'http://127.0.0.1:9/'

export const handler = preSignUp(
  // Well-known domains are denied without a request to the service.
  denyEmailDomains('mailinator.com', '*.mailinator.com', 'yopmail.com'),
  failOpen(denyDisposableEmail(service), { withinMs: 500 }),
)
