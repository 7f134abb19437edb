import { allowEmailDomains, preSignUp } from '../../../../../src/pre-signup/index.ts'

export const handler = preSignUp(allowEmailDomains('example.com'))
