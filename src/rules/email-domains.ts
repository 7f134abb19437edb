// An entry point of the package without the AWS SDK. Use it in a handler that loads rules with the AWS SDK on demand.
// `cognito-lifeguard/rules` imports the SDK, so a bundler would load the SDK at once.
export { type AllowEmailDomainsOptions, allowEmailDomains } from './allow-email-domains.ts'
export type { BuiltInDomainsOptions } from './built-in-domains.ts'
export { denyDisposableEmail } from './deny-disposable-email.ts'
export { denyEmailDomains } from './deny-email-domains.ts'
export { denyFreeEmail } from './deny-free-email.ts'
export { type DenySubaddressingOptions, denySubaddressing } from './deny-subaddressing.ts'
