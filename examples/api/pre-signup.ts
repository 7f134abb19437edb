import { preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'

/** The function that the user pool calls before each sign-up. */
export const handler = preSignUp(allowEmailDomains('example.com', '*.example.org'))
