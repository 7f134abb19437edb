// Rules that call no AWS service: Lifeguard's own, and one that declares it.
import { defineRule, denyIf, emailDomainIn, failOpen, skip } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains, denyEmailDomains, requireAttributes } from '../../../../../src/rules/index.ts'

export const handler = preSignUp(
  requireAttributes({ '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } }),
  denyEmailDomains('example.net'),
  allowEmailDomains('example.com'),
  failOpen(denyIf(emailDomainIn('example.org'), 'closed', 'Sign-up is closed')),
  defineRule('look-twice', () => skip(), { permissions: [] }),
)
