// A package entry point without the AWS SDK. Import from it in a handler that loads rules with the AWS SDK on demand. Bundlers put
// everything that `cognito-lifeguard/rules` imports, including the SDK, into the part that is loaded at once.
export { type AllowEmailDomainsOptions, allowEmailDomains } from './allow-email-domains.ts'
export { denyEmailDomains } from './deny-email-domains.ts'
