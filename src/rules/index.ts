export type { Block, BlockKey, BlockList, BlockListWithPermissions, BlockType } from '../shared/blocks/block-list.ts'
export {
  type BlockWriter,
  type BlockWriterOptions,
  type DynamoBlockListOptions,
  dynamoBlockList,
  dynamoBlockWriter,
} from '../shared/blocks/dynamo-block-list.ts'
export { type AllowEmailDomainsOptions, allowEmailDomains } from './allow-email-domains.ts'
export { type BlockUsersOptions, blockUsers } from './block-users.ts'
export { denyEmailDomains } from './deny-email-domains.ts'
export { type RequireAttributesOptions, requireAttributes, type StandardSchema } from './require-attributes.ts'
