import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../../../src/rules/index.ts'

export const handler = preSignUp(allowEmailDomains('example.com'))
