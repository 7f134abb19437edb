export type { Block, BlockKey, BlockList, BlockListWithPermissions, BlockType } from '../shared/blocks/block-list.ts'
export type { BlockWriter, BlockWriterOptions } from '../shared/blocks/block-writer.ts'
export { type DynamoBlockListOptions, dynamoBlockList, dynamoBlockWriter } from '../shared/blocks/dynamo-block-list.ts'
export type { CanonicalEmails, EmailClaim } from '../shared/canonical/canonical-emails.ts'
export {
  type DynamoCanonicalEmails,
  type DynamoCanonicalEmailsOptions,
  dynamoCanonicalEmails,
} from '../shared/canonical/dynamo-canonical-emails.ts'
export type { MailProvider } from '../shared/email/mail-providers.ts'
export { type AllowEmailDomainsOptions, allowEmailDomains } from './allow-email-domains.ts'
export { type BlockUsersOptions, blockUsers } from './block-users.ts'
export { denyDisposableEmail } from './deny-disposable-email.ts'
export { denyEmailDomains } from './deny-email-domains.ts'
export { denyFreeEmail } from './deny-free-email.ts'
export { type DenySubaddressingOptions, denySubaddressing } from './deny-subaddressing.ts'
export { type KeepCanonicalEmailOptions, keepCanonicalEmail } from './keep-canonical-email.ts'
export type { KeptDomainsOptions } from './kept-domains.ts'
export { type RequireAttributesOptions, requireAttributes, type StandardSchema } from './require-attributes.ts'
export { type RequireConsentOptions, requireConsent } from './require-consent.ts'
