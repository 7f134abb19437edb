// An entry without the AWS SDK. A handler that loads a rule with a store on demand takes its other rules from here: bundlers put
// whatever `cognito-lifeguard/rules` imports into the part that is loaded at once.
export { type AllowEmailDomainsOptions, allowEmailDomains } from './allow-email-domains.ts'
export { denyEmailDomains } from './deny-email-domains.ts'
