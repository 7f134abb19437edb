export { type PreAuthentication, type PreAuthenticationEvent, preAuthentication } from './trigger.ts'
