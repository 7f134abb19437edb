import { failOpen } from 'cognito-lifeguard'
import { preSignUp } from 'cognito-lifeguard/pre-signup'
import { denyEmailDomains } from 'cognito-lifeguard/rules'
import { denyDisposableEmail } from './deny-disposable-email.ts'

const service = process.env.DISPOSABLE_EMAIL_URL ?? 'http://127.0.0.1:9/'

export const handler = preSignUp(
  // Denies well-known disposable domains first, without a request to the service at DISPOSABLE_EMAIL_URL.
  denyEmailDomains('mailinator.com', '*.mailinator.com', 'yopmail.com'),
  failOpen(denyDisposableEmail(service), { withinMs: 500 }),
)
